import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guestImage } from './support/guest-image.ts';
import { connectTo, linesOf, type PlainQemu, startPlainQemu } from './support/plain-qemu.ts';
import { folderForTest } from './support/volume.ts';

/** The guest on the machine type of this processor, with 256 MiB of memory. */
function startGuest(args: readonly string[] = []): PlainQemu {
  const { kernel, initrd, commandLine } = guestImage();
  const machine = process.arch === 'arm64' ? 'virt' : 'pc-q35-7.2';
  const image = ['-kernel', kernel, '-initrd', initrd, '-append', commandLine];
  return startPlainQemu(['-machine', machine, '-cpu', 'max', '-m', '256M', ...image, ...args]);
}

async function ask(qemu: PlainQemu, command: string, answer: RegExp): Promise<string[]> {
  qemu.write(command);
  return [...(await qemu.serial.next(answer))].slice(1);
}

test('counts with one nonce while it answers', async () => {
  const qemu = startGuest();
  const [, nonce] = await qemu.serial.next(/^READY ([0-9a-f]{32})$/);
  const tick = new RegExp(`^TICK (\\d+) ${nonce}$`);
  const [, first] = await qemu.serial.next(tick);
  const [, second] = await qemu.serial.next(tick);
  expect([first, second]).toEqual(['1', '2']);

  expect(await ask(qemu, 'ping', /^(PONG)$/)).toEqual(['PONG']);
  expect(await ask(qemu, 'nonce', /^NONCE (.*)$/)).toEqual([nonce]);
  expect(await ask(qemu, 'tick 20', /^TICKING (.*)$/)).toEqual(['20']);
  expect(await ask(qemu, 'tick soon', /^ERROR (.*)$/)).toEqual(['not a positive number: soon']);
  expect(await ask(qemu, 'sit', /^ERROR (.*)$/)).toEqual(['no such command: sit']);
  const [, third] = await qemu.serial.next(tick);
  expect(Number(third)).toBeGreaterThan(2);
});

test('betrays a reboot by another nonce and a new count', async () => {
  const qemu = startGuest();
  const [, before] = await qemu.serial.next(/^READY (.*)$/);
  qemu.write('sh reboot -f');
  const [, after] = await qemu.serial.next(/^READY (.*)$/);
  const [, counter] = await qemu.serial.next(/^TICK (\d+) /);
  expect(after).not.toBe(before);
  expect(counter).toBe('1');
});

test('fills memory, keeps it, and changes it when told', async () => {
  const qemu = startGuest();
  await qemu.serial.next(/^READY/);
  const [bytes, filled] = await ask(qemu, 'fill 24', /^FILLED (\d+) ([0-9a-f]{32})$/);
  expect(Number(bytes)).toBe(24 * 1024 * 1024);
  expect(await ask(qemu, 'sum', /^SUM (.*)$/)).toEqual([filled]);

  // Data that does not compress is what makes measurements of saved states honest.
  const [compressed] = await ask(qemu, 'sh gzip -1 -c /tmp/filled | wc -c', /^O (\d+)$/);
  expect(Number(compressed)).toBeGreaterThan(24_000_000);

  const [, dirtied] = await ask(qemu, 'dirty 12', /^DIRTIED (\d+) ([0-9a-f]{32})$/);
  expect(dirtied).not.toBe(filled);
  expect(await ask(qemu, 'sum', /^SUM (.*)$/)).toEqual([dirtied]);
  expect(await ask(qemu, 'dirty 25', /^ERROR (.*)$/)).toEqual(['less than 25 MB are filled']);
});

test('runs commands on a disk with a file system', async () => {
  const disk = join(await folderForTest(), 'disk');
  const file = await open(disk, 'wx');
  await file.truncate(32 * 1024 * 1024);
  await file.close();
  const qemu = startGuest(['-drive', `if=virtio,format=raw,file=${disk}`]);
  await qemu.serial.next(/^READY/);
  const write =
    'mkfs.ext4 -q /dev/vda && mount /dev/vda /mnt && echo kept >/mnt/file && umount /mnt';
  expect(await ask(qemu, `sh ${write}`, /^DONE (\d+)$/)).toEqual(['0']);
  expect(await ask(qemu, 'sh e2fsck -fn /dev/vda', /^DONE (\d+)$/)).toEqual(['0']);
  expect(await ask(qemu, 'sh mount /dev/vda /mnt; cat /mnt/file', /^O (.*)$/)).toEqual(['kept']);
  expect(await ask(qemu, 'sh echo -n unended; exit 3', /^O (.*)$/)).toEqual(['unended']);
  expect((await qemu.serial.next(/^DONE (\d+)$/))[1]).toBe('3');
  await ask(qemu, 'poweroff', /^(BYE)$/);
  expect(await qemu.exited).toBe(0);
});

test('answers as a guest agent', async () => {
  const path = join(await folderForTest(), 'agent');
  const qemu = startGuest([
    ...[
      '-device',
      'virtio-serial-pci',
      '-chardev',
      `socket,id=agent,path=${path},server=on,wait=off`,
    ],
    ...['-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
  ]);
  await qemu.serial.next(/^READY/);
  const socket = await connectTo(path);
  socket.setEncoding('latin1');
  const answers = linesOf(socket);
  const request = async (execute: string, given?: Record<string, number>) => {
    socket.write(`${JSON.stringify({ execute, ...(given && { arguments: given }) })}\n`);
    const [line] = await answers.next(/.+/);
    return line;
  };
  const parsed = async (...args: Parameters<typeof request>): Promise<unknown> =>
    JSON.parse(await request(...args));

  socket.write('\xff', 'latin1');
  expect(await request('guest-sync-delimited', { id: 77 })).toBe('\xff{"return": 77}');
  expect(await parsed('guest-sync', { id: 5 })).toEqual({ return: 5 });
  expect(await parsed('guest-ping')).toEqual({ return: {} });
  expect(await parsed('guest-info')).toMatchObject({
    return: {
      supported_commands: expect.arrayContaining([
        expect.objectContaining({ name: 'guest-set-time' }),
      ]),
    },
  });
  expect(await parsed('guest-set-time', { time: 0 })).toMatchObject({
    error: { class: 'GenericError' },
  });
  expect(await parsed('guest-nap')).toMatchObject({ error: { class: 'CommandNotFound' } });

  const past = 1_000_000_000;
  expect(await parsed('guest-set-time', { time: past * 1e9 })).toEqual({ return: {} });
  const [date] = await ask(qemu, 'date', /^DATE (\d+)$/);
  expect(Number(date)).toBeGreaterThanOrEqual(past);
  expect(Number(date)).toBeLessThan(past + 3600);

  // Without a time the clock of the (virtual) hardware counts.
  expect(await ask(qemu, 'sh date -s @1000 >/dev/null; date +%Y', /^O (.*)$/)).toEqual(['1970']);
  expect(await parsed('guest-set-time')).toEqual({ return: {} });
  const [again] = await ask(qemu, 'date', /^DATE (\d+)$/);
  expect(Number(again)).toBeGreaterThanOrEqual(past);
  socket.destroy();
});

test.skipIf(process.arch === 'arm64')('powers off when its button is pressed', async () => {
  const path = join(await folderForTest(), 'monitor');
  const qemu = startGuest(['-qmp', `unix:${path},server=on,wait=off`]);
  await qemu.serial.next(/^READY/);
  const socket = await connectTo(path);
  const answers = linesOf(socket);
  socket.write('{"execute": "qmp_capabilities"}\n{"execute": "system_powerdown"}\n');
  await answers.next(/"POWERDOWN"/);
  expect(await qemu.exited).toBe(0);
  socket.destroy();
});
