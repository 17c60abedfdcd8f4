import { expect, test } from 'vitest';
import {
  type CreateForm,
  createErrors,
  emptyForm,
  nameFrom,
  requestFor,
  withFile,
  withSource,
} from '../../../src/panel/create/create-form.ts';
import { en } from '../../../src/panel/text/en.ts';

const host = { cpus: 8, memoryMiB: 16_384 };
const words = en.create.errors;
const filled: CreateForm = withFile(emptyForm(host), '/images/debian-13.1.0-amd64.iso');
const errorsOf = (part: Partial<CreateForm>) =>
  createErrors({ ...filled, ...part }, host, ['Taken'], words);

test('the defaults suit the host, and the name follows the file until one is given', () => {
  expect(emptyForm(host)).toMatchObject({ memory: '4096', cpus: '4' });
  expect(emptyForm({ cpus: 1, memoryMiB: 2048 })).toMatchObject({ memory: '1024', cpus: '1' });
  expect(filled.name).toBe('Debian 13.1.0 amd64');
  expect(withFile(filled, '/images/other.qcow2')).toMatchObject({ name: 'Other', format: 'qcow2' });
  expect(withFile({ ...filled, name: 'Mine' }, '/images/other.img')).toMatchObject({
    name: 'Mine',
    format: 'raw',
  });
  expect(nameFrom('')).toBe('');
  const taken = ['Debian', 'Debian 2'];
  const named = withFile(emptyForm(host), '/images/debian.iso', taken);
  expect(named.name).toBe('Debian 3');
  expect(withFile(named, '/images/fedora.iso', taken).name).toBe('Fedora');
});

test('states of a new machine are encrypted as the settings say, unless a person says otherwise', () => {
  expect(requestFor(filled).policy).toEqual({});
  expect(requestFor(filled, true).policy).toEqual({ encryptStates: true });
  expect(requestFor({ ...filled, encrypts: false }, true).policy).toEqual({});
  expect(requestFor({ ...filled, encrypts: true }, false).policy).toEqual({ encryptStates: true });
});

test('a form that is filled in has no errors; each wrong field has its own', () => {
  expect(errorsOf({})).toEqual({});
  expect(errorsOf({ file: '' })).toEqual({ file: words.needed });
  expect(errorsOf({ file: 'relative.iso' })).toEqual({ file: words.absolute });
  expect(errorsOf({ file: '/a.qcow2' })).toEqual({ file: words.notIso });
  expect(errorsOf({ source: 'disk' })).toEqual({ file: words.notDisk });
  expect(errorsOf({ name: 'Taken' })).toEqual({ name: words.nameTaken });
  expect(errorsOf({ name: ' a' })).toEqual({ name: words.nameSpace });
  expect(errorsOf({ name: 'x'.repeat(201) })).toEqual({ name: words.nameLong });
  expect(errorsOf({ memory: '15' })).toEqual({ memory: words.memory });
  expect(errorsOf({ memory: '16385' })).toEqual({ memory: words.memory });
  expect(errorsOf({ cpus: '2.5' })).toEqual({ cpus: words.cpus });
  expect(errorsOf({ cpus: '9' })).toEqual({ cpus: words.cpusHost });
  expect(errorsOf({ diskGiB: '' })).toEqual({ diskGiB: words.disk });
});

test('the request has what each source needs', () => {
  expect(requestFor(filled)).toMatchObject({
    boot: 'uefi',
    iso: '/images/debian-13.1.0-amd64.iso',
    disks: [{ kind: 'empty', bytes: 32 * 2 ** 30, format: 'qcow2' }],
    display: 'vnc',
  });
  const disk = requestFor({ ...filled, source: 'disk', file: '/a.img', format: 'raw' });
  expect(disk.disks).toEqual([{ kind: 'copy', from: '/a.img', format: 'raw' }]);
  expect(disk.iso).toBe(undefined);
  const kernel = requestFor({
    ...filled,
    source: 'kernel',
    file: '/k',
    initrd: '/i',
    display: false,
  });
  expect(kernel).toMatchObject({
    boot: { kernel: '/k', initrd: '/i' },
    disks: [],
    display: 'none',
  });
});

test('macOS is installed onto an empty raw disk, in a window, and needs more than a guess', () => {
  const macos = withFile(withSource(filled, 'macos', host), '/images/mac.ipsw');
  expect(macos).toMatchObject({ memory: '8192', cpus: '4', diskGiB: '64' });
  expect(requestFor(macos)).toMatchObject({
    boot: { restoreImage: '/images/mac.ipsw', despiteUnknown: false },
    disks: [{ kind: 'empty', bytes: 64 * 2 ** 30, format: 'raw' }],
    display: 'window',
  });
  expect(requestFor(macos).iso).toBeUndefined();
  expect(withSource(macos, 'iso', host)).toMatchObject({ file: '', memory: '4096', diskGiB: '32' });
});
