import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run.ts';
import { fakeTerminal } from '../support/fake-terminal.ts';

async function scriptFor(shell: string): Promise<string> {
  const terminal = fakeTerminal();
  expect(await runCli(['completion', shell], terminal)).toBe(0);
  return terminal.stdout.text;
}

describe('bash', () => {
  let script: string;

  beforeAll(async () => {
    script = await scriptFor('bash');
  });

  /** What bash offers for these words, the last of which is being typed. */
  async function offered(...words: string[]): Promise<string[]> {
    const program = `
      torpor() { [ "$1" = __machines ] && printf '%s\\n' web 'my machine' 'étude'; }
      ${script}
      COMP_WORDS=("$@")
      COMP_CWORD=$(($# - 1))
      _torpor
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const args = ['--norc', '--noprofile', '-c', program, 'bash', 'torpor', ...words];
    const { stdout } = await promisify(execFile)('bash', args, { env: { LC_ALL: 'C.UTF-8' } });
    return stdout.split('\n').filter((line) => line !== '');
  }

  test('verbs', async () => {
    expect(await offered('su')).toEqual(['suspend']);
    expect(await offered('agent', '')).toEqual(['run', 'stop', 'status', 'help']);
    expect(await offered('')).not.toContain('__machines');
  });

  test('options, also after a machine and beside the global ones', async () => {
    expect(await offered('start', 'web', '--c')).toEqual(['--cold']);
    expect(await offered('suspend', '--')).toEqual(
      expect.arrayContaining(['--all', '--json', '--library', '--help']),
    );
    expect(await offered('--li')).toEqual(['--library']);
  });

  test('machines, with what a shell would split kept together', async () => {
    expect(await offered('start', '')).toEqual(['web', 'my\\ machine', 'étude']);
    expect(await offered('start', 'web', 'my\\ m')).toEqual(['my\\ machine']);
    expect(await offered('start', '"my m')).toEqual(['my machine']);
    expect(await offered('--library', '/x', 'pause', 'w')).toEqual(['web']);
  });

  test('values of options, and nothing where nothing is known', async () => {
    expect(await offered('create', 'x', '--display', '')).toEqual(['none', 'vnc', 'window']);
    expect(await offered('completion', 'z')).toEqual(['zsh']);
    expect(await offered('create', '--memory', '')).toEqual([]);
    expect(await offered('rename', 'web', '')).toEqual([]);
  });
});

const isThere = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

describe.each(['zsh', 'fish'])('%s', (shell) => {
  test.runIf(isThere(shell))('reads the script without an error', async () => {
    await using folder = await scriptFolder(shell);
    const { stderr, status } = spawnSync(shell, ['-n', folder.script], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });

  test('the script names every verb and its options', async () => {
    const script = await scriptFor(shell);
    for (const word of ['discard-state', 'cold', 'on-quit', '__machines']) {
      expect(script).toContain(word);
    }
  });
});

test.runIf(isThere('fish'))('fish offers verbs, options, values and machines', async () => {
  await using folder = await scriptFolder('fish');
  const offered = (line: string): string[] => {
    const program = `
      function torpor; test $argv[1] = __machines; and printf '%s\\n' web 'my machine'; end
      source ${folder.script}
      complete -C ${JSON.stringify(line)}`;
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', program], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.split('\n').flatMap((row) => row.split('\t')[0] || []);
  };
  expect(offered('torpor su')).toEqual(['suspend']);
  expect(offered('torpor agent s')).toEqual(['status', 'stop']);
  expect(offered('torpor start web --co')).toEqual(['--cold']);
  expect(offered('torpor create x --display ')).toEqual(['none', 'vnc', 'window']);
  expect(offered('torpor create x --memory ')).toEqual([]);
  expect(offered('torpor create x --iso pack')).toContain('package.json');
  expect(offered('torpor --library /x pause ')).toEqual(['my machine', 'web']);
});

/** The script for `shell` as a file. */
async function scriptFolder(shell: string) {
  const folder = await mkdtemp(join(tmpdir(), 'torpor-completion-'));
  const script = join(folder, 'script');
  await writeFile(script, await scriptFor(shell));
  return {
    script,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('__machines names the machines of the library that is typed, broken ones too, without an agent', async () => {
  const library = await mkdtemp(join(tmpdir(), 'torpor-names-'));
  try {
    await mkdir(join(library, 'broken one.torpor'));
    await writeFile(join(library, 'no machine'), '');
    const terminal = fakeTerminal();
    expect(await runCli(['__machines', '--', 'start', '--library', library], terminal)).toBe(0);
    expect(terminal.stdout.text).toBe('broken one\n');
  } finally {
    await rm(library, { recursive: true, force: true });
  }
});
