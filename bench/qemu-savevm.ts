import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plain } from './plain-guest.ts';
import { flush } from './qemu-exec.ts';

/** A snapshot inside a qcow2 image, by the monitor's `savevm` and `loadvm`. */
export const qemuSavevm = plain({
  name: 'QEMU, savevm in qcow2',
  arguments: (folder) => [
    ...['-drive', `if=none,id=disk,format=qcow2,file=${image(folder)}`],
    ...['-monitor', `unix:${monitor(folder)},server=on,wait=off`],
  ],
  incoming: false,
  async prepare(folder) {
    await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', image(folder), '64G']);
  },
  async save({ qmp, folder }) {
    await qmp.execute('stop');
    await command(folder, 'savevm state');
    await flush(image(folder));
  },
  async load({ folder }) {
    await command(folder, 'loadvm state');
  },
  stateBytes: async (folder) => (await stat(image(folder))).blocks * 512,
});

function image(folder: string): string {
  return join(folder, 'disk.qcow2');
}

function monitor(folder: string): string {
  return join(folder, 'hmp.sock');
}

/** Runs one command of the human monitor, which prompts when it is done and says `Error` when it failed. */
async function command(folder: string, line: string): Promise<void> {
  const socket = createConnection(monitor(folder));
  const prompt = '(qemu) ';
  let text = '';
  try {
    for await (const chunk of socket.setEncoding('latin1')) {
      const before = text.split(prompt).length;
      text += chunk;
      const prompts = text.split(prompt).length - 1;
      if (before === 1 && prompts >= 1) socket.write(`${line}\n`);
      if (prompts >= 2 && text.endsWith(prompt)) break;
    }
  } finally {
    socket.destroy();
  }
  if (text.includes('Error')) throw new Error(text);
}
