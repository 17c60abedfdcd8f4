import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defaultAgentSettings, readAgentSettings, tellSettings } from '../../src/agent/settings.ts';
import { folderForTest } from '../support/volume.ts';

async function read(text: string) {
  const file = join(await folderForTest(), 'settings.json');
  writeFileSync(file, text);
  return { file, ...(await readAgentSettings(file)) };
}

test('a file that is not there sets nothing', async () => {
  const file = join(await folderForTest(), 'settings.json');
  expect(await readAgentSettings(file)).toEqual({ settings: defaultAgentSettings, problem: null });
});

test('the app’s own file is understood, whatever else is in it', async () => {
  const { settings, problem } = await read(
    '{"language": "de", "idleMinutes": 30, "makeDigests": true, "shortcut": null}',
  );
  expect(problem).toBeNull();
  expect(settings).toEqual({ ...defaultAgentSettings, idleMinutes: 30, makeDigests: true });
});

test.each([
  ['is cut short', '{"idleMinutes": 3', /JSON/],
  ['says what cannot be', '{"idleMinutes": 0}', /idleMinutes/],
  ['is something else', '[]', /object/],
])('a file that %s sets nothing, and it is said why', async (_what, text, why) => {
  const { file, settings, problem } = await read(text);
  expect(settings).toEqual(defaultAgentSettings);
  expect(problem?.message).toMatch(why);
  expect(problem?.message).toContain(file);
});

test('an agent is told all of them', async () => {
  const told: Record<string, unknown> = {};
  await tellSettings(
    async (name, params) => {
      told[name] = params;
      throw new Error('Only what is asked counts.');
    },
    { idleMinutes: 5, setAsideDays: 6, compactAfterDays: 7, makeDigests: true },
  ).catch(() => {});
  expect(told).toEqual({
    'agent.setIdle': { minutes: 5 },
    'agent.setCleaning': { days: 6 },
    'agent.setCompaction': { days: 7 },
    'agent.setDigests': { background: true },
  });
});
