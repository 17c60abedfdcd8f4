import { expect, test } from 'vitest';
import { keptHosts } from '../preflight/hosts/kept.ts';
import { stateWhere } from '../support/agent-state.ts';
import { machineRequest, tempLibrary } from '../support/temp-library.ts';
import { macWithAgents } from './support/mac.ts';

const undone = keptHosts['macos-15-device-support-undone'] ?? {};

test('where an update of macOS undid device support, macOS guests are told of it until it is back', async () => {
  const { launch, request, describeHost } = await macWithAgents(undone);
  const first = await launch();
  expect(first.state().outlook).toBeNull();
  await first.handle['machine.create'](request('Sequoia'));
  await first.stop('quit');

  const agent = await launch();
  const { outlook } = await stateWhere(agent, (state) => state.outlook !== null);
  expect(outlook).toMatchObject({
    sentence: expect.stringContaining('update of macOS on'),
    todo: [
      { text: expect.stringContaining('Xcode') },
      { button: { action: { kind: 'check-again' } } },
    ],
  });
  await describeHost({ ...undone, updatedMobileDevice: '1853' });
  await agent.handle['host.check']({});
  expect(agent.state().outlook).toBeNull();
});

test('a library without macOS guests hears nothing of it', async () => {
  const { hostRoot } = await macWithAgents(undone);
  await using library = await tempLibrary();
  const agent = await library.start({ preflight: { hostRoot } });
  await agent.handle['machine.create'](machineRequest('Demo'));
  await agent.handle['host.check']({});
  expect(agent.state().outlook).toBeNull();
});
