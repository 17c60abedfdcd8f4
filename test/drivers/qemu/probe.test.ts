import { chmod, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  parseFacts,
  probeKey,
  type QemuFacts,
  serializeFacts,
} from '../../../src/drivers/qemu/facts.ts';
import { pinnedTypes, probeQemu } from '../../../src/drivers/qemu/probe.ts';
import { rejection } from '../../support/rejection.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torpor-probe-'));
});

afterEach(() => rm(folder, { recursive: true }));

/** A program that plays QEMU: a shell script. */
async function program(script: string): Promise<string> {
  const path = join(folder, 'qemu');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

function greets(major: number, minor: number): string {
  const version = { qemu: { major, minor, micro: 1 }, package: '' };
  return `echo '${JSON.stringify({ QMP: { version, capabilities: [] } })}'`;
}

/** Answers every command with nothing, by the id it came with. */
const agrees = `while read -r line; do
  id=\${line##*'"id":"'}
  echo "{\\"return\\": {}, \\"id\\": \\"\${id%%'"'*}\\"}"
  case "$line" in *'"quit"'*) exit 0;; esac
done`;

describe('probing', () => {
  test('refuses a QEMU that is too old, with both versions', async () => {
    const path = await program(`${greets(7, 1)}\n${agrees}`);
    const error = await rejection(probeQemu(path, 'x86_64'));
    expect(error.code).toBe('HYPERVISOR_UNAVAILABLE');
    expect(error.details).toEqual({ found: '7.1.1', needed: '7.2' });
  });

  test('says what a QEMU that does not start wrote', async () => {
    const path = await program('echo "libfdt.so.1: cannot open shared object file" >&2; exit 127');
    const error = await rejection(probeQemu(path, 'x86_64'));
    expect(error.code).toBe('HYPERVISOR_UNAVAILABLE');
    expect(error.message).toContain('libfdt.so.1');
  });

  test('says when there is no such program', async () => {
    const error = await rejection(probeQemu(join(folder, 'missing'), 'x86_64'));
    expect(error.code).toBe('HYPERVISOR_UNAVAILABLE');
    expect(error.message).toContain('ENOENT');
  });

  test('ends a program that says nothing, after its time and on abort', async () => {
    const path = await program('exec sleep 600');
    const silent = await rejection(probeQemu(path, 'x86_64', { timeoutMs: 20 }));
    expect(silent.code).toBe('HYPERVISOR_UNAVAILABLE');
    expect(silent.cause).toMatchObject({ code: 'TIMED_OUT' });
    const aborted = await rejection(probeQemu(path, 'x86_64', { signal: AbortSignal.abort() }));
    expect(aborted.code).toBe('CANCELLED');
  });
});

test('pinned types are prefix and version, sorted as versions; never aliases', () => {
  const names = ['q35', 'pc-q35-9.2', 'pc-q35-jammy', 'pc-q35-10.0', 'pc-q35-4.0.1', 'pc-q35-4.0'];
  expect(pinnedTypes([...names, 'pc-i440fx-10.1', 'pc-q35-rhel9.2.0'], 'pc-q35-')).toEqual([
    'pc-q35-10.0',
    'pc-q35-9.2',
    'pc-q35-4.0.1',
    'pc-q35-4.0',
  ]);
});

describe('keeping the facts', () => {
  const facts: QemuFacts = {
    version: { major: 7, minor: 2, micro: 22, package: 'Debian' },
    machineTypes: ['pc-q35-7.2'],
    newestMachineType: 'pc-q35-7.2',
    biosMachineTypes: [],
    migrationCapabilities: ['events', 'x-ignore-shared'],
    seccomp: true,
    accelerators: ['kvm', 'tcg'],
  };

  test('gives back what was kept under the same key only', () => {
    const text = serializeFacts('key', facts);
    expect(parseFacts(text, 'key')).toEqual(facts);
    expect(parseFacts(text, 'other')).toBeUndefined();
  });

  test('knows nothing from a file it cannot read', () => {
    const text = serializeFacts('key', facts);
    for (const damaged of [
      '',
      'null',
      text.slice(0, -5),
      text.replace('"format": 1', '"format": 2'),
    ]) {
      expect(parseFacts(damaged, 'key')).toBeUndefined();
    }
    expect(parseFacts(text.replace('"tcg"', '"warp"'), 'key')).toBeUndefined();
  });

  test('the key changes with the content, and is the same through a link', async () => {
    const path = await program('exit 0');
    const key = await probeKey(path);
    expect(await probeKey(path)).toBe(key);
    await utimes(path, 1, 1);
    const touched = await probeKey(path);
    expect(touched).not.toBe(key);
    await writeFile(path, 'longer than before was the program');
    await utimes(path, 1, 1);
    expect(await probeKey(path)).not.toBe(touched);
  });
});
