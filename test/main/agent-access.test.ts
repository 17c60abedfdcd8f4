import { expect, test } from 'vitest';
import { createAgentAccess } from '../../src/main/agent-access.ts';
import { otherLink, ownLink } from '../../src/main/agent-link.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';

test('requests of pages are checked before the agent sees them', async () => {
  await using library = await tempLibrary();
  const link = ownLink(await library.start());
  const invalid = { machine: 7 };
  await expect(Reflect.apply(link.request, link, ['machine.show', invalid])).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
});

test('another agent’s machines are seen and worked with through its socket', async () => {
  await using library = await tempLibrary();
  const agent = await library.start();
  const link = await otherLink(await library.client(agent));
  const changed = new Promise<string | undefined>((resolve) => {
    link.on('state', ({ machines }) => {
      if (machines.length > 0) resolve(machines[0]?.name);
    });
  });
  await link.request('machine.create', machineRequest('Demo'));
  expect(await changed).toBe('Demo');
  expect(link.state().machines).toHaveLength(1);
  await link.release();
  await link.ended;
});

test('when the other agent ends, the app opens its own; when its own ends, it is told', async () => {
  await using library = await tempLibrary();
  const other = await library.start();
  const opened: string[] = [];
  const second = Promise.withResolvers<void>();
  const ownEnded = Promise.withResolvers<void>();
  const access = createAgentAccess(
    async () =>
      opened.length === 0 ? otherLink(await library.client(other)) : ownLink(await library.start()),
    {
      onLink({ ownership }) {
        opened.push(ownership);
        if (opened.length === 2) second.resolve();
      },
      onState() {},
      onNotice() {},
      onProblem() {},
      onOwnEnded: ownEnded.resolve,
    },
  );
  await access.link();
  await other.stop('quit');
  await second.promise;
  expect(opened).toEqual(['other', 'own']);
  await (await access.link()).request('agent.stop', { reason: 'user' });
  await ownEnded.promise;
  expect(access.now()).toBeUndefined();
});

test('why there is no agent is kept', async () => {
  const access = createAgentAccess(() => Promise.reject(new Error('no disk')), {
    onLink() {},
    onState() {},
    onNotice() {},
    onProblem() {},
    onOwnEnded() {},
  });
  await expect(access.link()).rejects.toThrow('no disk');
  expect(access.problem()).toMatchObject({ message: 'no disk' });
});
