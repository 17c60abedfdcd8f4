import type { Download } from '../../agent/preflight.ts';
import type { Terminal } from '../terminal.ts';

const ctrlC = '\u0003';

/**
 * On a terminal, `p` pauses the download and lets it go on, and Ctrl-C, which is then no signal,
 * calls `onInterrupt`. Returns what gives the terminal back as it was. Elsewhere it does nothing.
 */
export function pauseOnKey(
  { stdin, stderr }: Terminal,
  download: Pick<Download, 'pause' | 'resume'>,
  onInterrupt: () => void,
): () => void {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return () => {};
  let isPaused = false;
  const onInput = (bytes: Buffer): void => {
    for (const key of bytes.toString('latin1')) {
      if (key === ctrlC) onInterrupt();
      if (key !== 'p' && key !== 'P') continue;
      if (isPaused) download.resume();
      else download.pause();
      isPaused = !isPaused;
    }
  };
  stdin.setRawMode?.(true);
  stdin.on('data', onInput);
  return () => {
    stdin.off('data', onInput);
    stdin.pause();
    stdin.setRawMode?.(false);
  };
}
