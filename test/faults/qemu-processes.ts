import { readdir, readFile } from 'node:fs/promises';

/** Kills every QEMU whose command line names a file below `folder`, and waits until it is gone. */
export async function killGuestsOf(folder: string): Promise<void> {
  for (const pid of await guestsOf(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      continue; // It ended meanwhile.
    }
    while (await isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** The process ids of every QEMU whose command line names a file below `folder`. */
export async function guestsOf(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => textOf(`/proc/${pid}/cmdline`)));
  return pids
    .filter((_pid, index) => {
      const line = lines[index] ?? '';
      return line.includes('qemu-system-') && line.includes(`${folder}/`);
    })
    .map(Number);
}

/** Not one that is dead and waits for its parent to notice. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await textOf(`/proc/${pid}/stat`);
  return stat !== '' && !/\) Z/.test(stat);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1');
  } catch {
    return ''; // It is gone.
  }
}
