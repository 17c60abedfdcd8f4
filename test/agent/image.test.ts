import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertUsableImage } from '../../src/agent/image.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-image-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Header {
  readonly version?: number;
  readonly backing?: bigint;
  readonly crypt?: number;
  readonly features?: bigint;
}

async function qcow2(header: Header = {}): Promise<string> {
  const bytes = Buffer.alloc(512);
  bytes.write('QFI\xfb', 'latin1');
  bytes.writeUInt32BE(header.version ?? 3, 4);
  bytes.writeBigUInt64BE(header.backing ?? 0n, 8);
  bytes.writeUInt32BE(header.crypt ?? 0, 32);
  bytes.writeBigUInt64BE(header.features ?? 0n, 72);
  return image(bytes);
}

async function image(bytes: string | Buffer): Promise<string> {
  const path = join(folder, 'image');
  await writeFile(path, bytes);
  return path;
}

const use = (path: string, format: 'raw' | 'qcow2') =>
  assertUsableImage({ path, format, write: true });

test('an image that is what it is said to be is accepted', async () => {
  await use(await qcow2(), 'qcow2');
  // In version 2 the feature bits do not exist, and L1 data may stand there.
  await use(await qcow2({ version: 2, features: 0xffn }), 'qcow2');
  await use(await qcow2({ features: 1n }), 'qcow2');
  await use(await image('just bytes'), 'raw');
  await use(await image(''), 'raw');
});

test.each<[string, Header]>([
  ['builds on another', { backing: 512n }],
  ['is encrypted', { crypt: 2 }],
  ['keeps its data in another file', { features: 4n }],
])('an image that %s is refused with the way out', async (why, header) => {
  const problem = { code: 'IMAGE_INVALID', message: expect.stringContaining(why) };
  await expect(use(await qcow2(header), 'qcow2')).rejects.toMatchObject({
    ...problem,
    hint: expect.stringContaining('qemu-img convert'),
  });
});

test('an image of another format than it is said to have is refused', async () => {
  await expect(use(await qcow2(), 'raw')).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  for (const bytes of ['', 'QFI', 'QFI\xfb', 'x'.repeat(512)]) {
    const path = await image(Buffer.from(bytes, 'latin1'));
    await expect(use(path, 'qcow2')).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  }
});

test('what is not there, or is no file, is refused with its path', async () => {
  for (const path of [join(folder, 'nothing'), folder, join(await image(''), 'below')]) {
    await expect(use(path, 'raw')).rejects.toMatchObject({
      code: 'DISK_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
  }
});

test.each<[string, string, Buffer]>([
  ['VMDK', 'vmdk', Buffer.from('KDMV')],
  ['VMDK', 'vmdk', Buffer.from('# Disk DescriptorFile\nversion=1')],
  ['VDI', 'vdi', Buffer.concat([Buffer.alloc(0x40), Buffer.from('7f10dabe', 'hex')])],
  ['VHDX', 'vhdx', Buffer.from('vhdxfile')],
  ['VHD', 'vpc', Buffer.from('conectix')],
])(
  'a %s image is named and refused as either format, with the command that converts it',
  async (name, id, magic) => {
    const path = await image(Buffer.concat([magic, Buffer.alloc(512)]));
    for (const format of ['raw', 'qcow2'] as const) {
      await expect(use(path, format)).rejects.toMatchObject({
        code: 'IMAGE_INVALID',
        message: expect.stringContaining(`is a ${name} image`),
        hint: expect.stringContaining(`qemu-img convert -f ${id} -O qcow2`),
      });
    }
  },
);
