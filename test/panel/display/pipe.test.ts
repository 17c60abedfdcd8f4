import { expect, test } from 'vitest';
import { channelOver } from '../../../src/panel/display/channel.ts';
import { connectDisplay } from '../../../src/panel/display/pipe.ts';
import { keysymsOf } from '../../../src/panel/display/type-text.ts';
import { type FakeBridge, fakeBridge, yes } from '../support/fake-bridge.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

async function connected(bridge: FakeBridge) {
  const connection = await connectDisplay(bridge, 'demo');
  if (!connection.ok) throw new Error(connection.problem.message);
  return connection.pipe;
}

test('what comes before the answer, or before anybody listens, is kept in order', async () => {
  const bridge = fakeBridge({
    'display.connect': () => {
      bridge.tell('display.data', { connection: 'b', bytes: bytes(9) });
      bridge.tell('display.data', { connection: 'a', bytes: bytes(1) });
      return yes({ connection: 'a' });
    },
  });
  const pipe = await connected(bridge);
  bridge.tell('display.data', { connection: 'a', bytes: bytes(2) });
  const got: number[] = [];
  pipe.onData((data) => got.push(...data));
  bridge.tell('display.data', { connection: 'b', bytes: bytes(9) });
  bridge.tell('display.data', { connection: 'a', bytes: bytes(3) });
  expect(got).toEqual([1, 2, 3]);
});

test('the end is told once, and nothing listens afterwards', async () => {
  const bridge = fakeBridge({ 'display.connect': () => yes({ connection: 'a' }) });
  const pipe = await connected(bridge);
  let ends = 0;
  pipe.onClose(() => ends++);
  bridge.tell('display.closed', { connection: 'b' });
  bridge.tell('display.closed', { connection: 'a' });
  bridge.tell('display.closed', { connection: 'a' });
  expect(ends).toBe(1);
  expect(bridge.listeners()).toBe(0);
});

test('a refusal is told, and nothing listens afterwards', async () => {
  const problem = { code: 'WRONG_STATUS', message: 'It does not run.' } as const;
  const bridge = fakeBridge({ 'display.connect': () => ({ ok: false, problem }) });
  expect(await connectDisplay(bridge, 'demo')).toEqual({ ok: false, problem });
  expect(bridge.listeners()).toBe(0);
});

test('a channel sends copies, since noVNC writes to its buffer again', async () => {
  const bridge = fakeBridge({
    'display.connect': () => yes({ connection: 'a' }),
    'display.send': () => yes({}),
    'display.close': () => yes({}),
  });
  const channel = channelOver(await connected(bridge));
  const buffer = bytes(1, 2, 3, 4);
  channel.send(buffer.subarray(0, 2));
  buffer.fill(0);
  expect(bridge.paramsOf('display.send')).toEqual([{ connection: 'a', bytes: bytes(1, 2) }]);
  channel.close();
  channel.close();
  expect(bridge.paramsOf('display.close')).toEqual([{ connection: 'a' }]);
});

test('text is typed as keysyms', () => {
  expect(keysymsOf('aé€\r\n\t\u0007')).toEqual([0x61, 0xe9, 0x010020ac, 0xff0d, 0xff09]);
});
