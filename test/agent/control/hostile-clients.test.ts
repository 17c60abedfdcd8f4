import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Agent } from '../../../src/agent/agent.ts';
import { hostileLines, type Manners, misbehave } from '../../support/control-fuzz.ts';
import { machineRequest, type TempLibrary, tempLibrary } from '../../support/temp-library.ts';

let library: TempLibrary;
let agent: Agent;

beforeEach(async () => {
  library = await tempLibrary();
  agent = await library.start();
});

afterEach(() => library[Symbol.asyncDispose]());

/** What a process of another user gets that asks for the state. */
const client = `
const socket = require('net').connect(process.argv[1]);
let text = '';
socket.on('data', (data) => { text += data; });
socket.on('error', (error) => { text += error.code; });
socket.on('close', () => { process.stdout.write('<' + text + '>'); });
socket.write(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'state.get', params: {} }) + '\\n');
`;

async function asOtherUser(path: string): Promise<string> {
  const nobody = 65534;
  const child = spawn(process.execPath, ['--eval', client, path], {
    ...{ uid: nobody, gid: nobody, cwd: '/' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
  });
  await once(child, 'close');
  return text;
}

test.runIf(process.getuid?.() === 0)(
  'a process of another user gets nothing, also where somebody has opened the way to the socket',
  async () => {
    await agent.handle['machine.create'](machineRequest('Secret name'));
    expect(await asOtherUser(agent.socket)).toBe('<EACCES>');
    const directory = dirname(agent.socket);
    for (const path of [dirname(library.path), library.runBase, directory])
      await chmod(path, 0o755);
    await chmod(agent.socket, 0o777);
    const answer = await asOtherUser(agent.socket);
    expect(answer).not.toContain('Secret name');
    expect(['<>', '<EPIPE>', '<ECONNRESET>']).toContain(answer);
  },
);

test('clients that send anything and leave in any way cost the agent nothing but that', async () => {
  await agent.handle['machine.create'](machineRequest('Demo'));
  const methods = Object.keys(agent.handle).filter(
    (name) => name !== 'agent.stop' && name !== 'machine.delete',
  );
  const good = await library.client(agent);
  const manners = fc.constantFrom<Manners>('polite', 'abrupt', 'deaf');
  await fc.assert(
    fc.asyncProperty(hostileLines(methods), manners, async (lines, how) => {
      await misbehave(agent.socket, lines, how);
      expect((await good.request('state.get', {})).agent.pid).toBe(process.pid);
    }),
    { numRuns: 60 },
  );
});
