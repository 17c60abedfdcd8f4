import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable, printableJson, printableLine } from '../../src/cli/format/printable.ts';
import { styles } from '../../src/cli/format/style.ts';
import { runCli } from '../../src/cli/run.ts';
import type { MachineDetail } from '../../src/contract/app-state.ts';
import { fakeClient, machineView } from '../support/fake-client.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';
import { sampleConfig, sampleHardware } from '../support/samples.ts';

/** Moves the cursor, clears, answers back, sets the title, changes the palette, C1, turns the text. */
const steering = [
  '\u001b[2J',
  '\u001b[6n',
  '\u001b]0;evil\u0007',
  '\u001b]52;c;AA\u0007',
  '\u009b2J',
];
const evil = `a${steering.join('b')}\u202ec\u0007\r\u0008`;

const colour = new RegExp(String.raw`${String.fromCharCode(0x1b)}\[[\d;]*m`, 'g');

function expectHarmless(text: string): void {
  const withoutColours = text.replaceAll(colour, '');
  expect(withoutColours).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u);
}

test('nothing that steers a terminal is left of any text', () => {
  const nasty = fc.array(fc.oneof(fc.constantFrom(...steering), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(nasty, (parts) => {
      expectHarmless(printable(parts.join('')));
      expectHarmless(printableLine(parts.join('')));
      expectHarmless(printableJson(parts));
      expect(JSON.parse(printableJson(parts))).toEqual(parts);
    }),
  );
});

test('our own colours stay', () => {
  const style = styles(true);
  const line = `${style.bad('bad')} ${style.faint('faint')} ${style.heading('h')}`;
  expect(printableLine(line)).toBe(line);
});

const problem = { code: 'MACHINE_BROKEN', message: evil, hint: evil } as const;
const detail: MachineDetail = {
  ...machineView({ name: evil, path: evil, problem }),
  config: sampleConfig({ hardware: { ...sampleHardware, iso: `/${evil}` } }),
  choices: [],
  missing: [{ capability: evil, reason: problem }],
  setAside: [{ path: evil, reason: evil, at: new Date(0).toISOString(), bytes: 1 }],
  consoleTail: evil,
};

describe('whatever a machine, a file or a guest is called, the terminal is left alone by', () => {
  test.each([
    [['show', 'web']],
    [['show', 'web', '--json']],
    [['list']],
    [['list', '--json']],
    [['rename', 'web', 'new']],
    [['start', 'web']],
    [['start', 'gone']],
  ])('%j', async (argv) => {
    const client = fakeClient({
      'machine.show': () => detail,
      'machine.rename': () => detail,
      'machine.start': () => ({ name: evil, status: 'running', seconds: 1 }),
      'state.get': () => ({
        ...{ revision: 1, creations: [], downloads: [], outlook: null },
        agent: { version: '1', pid: 1, startedAt: new Date(0).toISOString(), phase: 'ready' },
        library: { path: evil, space: null, problem: null },
        machines: [detail],
      }),
    });
    const terminal = fakeTerminal({ client });
    await runCli(argv, terminal);
    const text = terminal.stdout.text + terminal.stderr.text;
    expect(text).not.toBe('');
    expectHarmless(text);
  });
});
