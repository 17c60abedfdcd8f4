import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { openLog, withoutSecrets } from '../../src/agent/log.ts';
import { TorporError } from '../../src/core/errors.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

const secret = 'hunter2-and-more';

test.each([
  [`nbd://user:${secret}@host:10809/disk`, 'nbd://…@host:10809/disk'],
  [`nbds+unix://${secret}@/export?socket=/s`, 'nbds+unix://…@/export?…'],
  [
    `https://cdn.example/image.ipsw?Signature=${secret}&Key=1 failed`,
    'https://cdn.example/image.ipsw?… failed',
  ],
  [`-object secret,id=s,password=${secret},x=1`, '-object secret,id=s,password=…,x=1'],
  [`token: "${secret}"`, 'token: "…"'],
  ['nothing to hide at https://example.org/a/b', 'nothing to hide at https://example.org/a/b'],
  ['user@host asked', 'user@host asked'],
])('%s', (text, expected) => {
  expect(withoutSecrets(text)).toBe(expected);
});

test('a line stays the JSON that it was, whatever is in it', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('nbd://a:b@c/', 'password=x', ' ', '"'),
      (value, text) => {
        const line = JSON.stringify({ value, text, message: `${text}${JSON.stringify(value)}` });
        expect(() => JSON.parse(withoutSecrets(line))).not.toThrow();
      },
    ),
    { numRuns: 500 },
  );
});

test('what a machine is told, what the environment holds and what addresses carry is in no log', async () => {
  process.env.TORPOR_TEST_SECRET = secret;
  onTestFinished(() => {
    delete process.env.TORPOR_TEST_SECRET;
  });
  await using library = await tempLibrary();
  const kernel = join(dirname(library.path), 'kernel');
  await writeFile(kernel, 'kernel');
  const agent = await library.start({ openLog });
  const boot = { kernel, commandLine: `root=x password=${secret} key ${secret}` };
  await agent.handle['machine.create'](machineRequest('Demo', { boot }));
  const named = { machine: 'Demo' };
  await agent.handle['machine.start']({ ...named, cold: false });
  await agent.handle['machine.suspend']({ ...named, reason: 'user' });
  const cause = new Error(`could not connect to nbd://u:${secret}@h/`);
  library.hypervisor.failNext(
    'restore',
    new TorporError('DISK_UNAVAILABLE', `nbds://${secret}@h: gone`, { cause }),
  );
  await expect(agent.handle['machine.resume'](named)).rejects.toThrow('gone');
  await agent.handle['machine.set']({ ...named, changes: { policy: { onQuit: 'stop' } } });
  await agent.detach();
  const log = await readFile(agent.logPath, 'utf8');
  expect(log).toContain('gone');
  expect(log).not.toContain(secret);
});
