import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/**
 * Peak resident memory, in MiB, that inspecting `location` adds to a process that has loaded the
 * code, whether the image is read or refused. On Linux the peak of loading is forgotten first
 * (/proc/PID/clear_refs, 5); elsewhere it hides a part of what is measured.
 */
export async function memoryOfInspection(location: string): Promise<number> {
  const code = new URL('../../../src/preflight/image/restore-image.ts', import.meta.url).href;
  const script = `
    import { readFileSync, writeFileSync } from 'node:fs';
    import { inspectRestoreImage } from ${JSON.stringify(code)};
    const linux = process.platform === 'linux';
    const peak = () => linux
      ? Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
      : process.resourceUsage().maxRSS;
    global.gc();
    if (linux) writeFileSync('/proc/self/clear_refs', '5');
    const before = peak();
    await inspectRestoreImage(${JSON.stringify(location)}).catch(() => undefined);
    console.log((peak() - before) / 1024);`;
  const args = ['--expose-gc', '--input-type=module-typescript', '-e', script];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const printed = (await text(child.stdout)).trim();
  if (printed === '' || Number.isNaN(Number(printed))) {
    throw new Error('the inspection printed nothing');
  }
  return Number(printed);
}
