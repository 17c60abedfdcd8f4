import { describe, expect, test } from 'vitest';
import type { Problem } from '../../src/contract/app-state.ts';
import { TorporError } from '../../src/core/errors.ts';
import {
  type IpcSource,
  isOwnPage,
  type PageHandlers,
  serveContract,
  tellPages,
} from '../../src/main/ipc.ts';
import { refusingHandlers } from './support/refusing-handlers.ts';

const ownWindow = 7;
const good: IpcSource = {
  sender: { id: ownWindow },
  senderFrame: { url: 'torpor://app/panel.html', parent: null },
};
const trusts = (source: IpcSource) => isOwnPage(source, (id) => id === ownWindow);

/** Serves `handlers` and gives what a page would call. */
function serve(handlers: Partial<PageHandlers<IpcSource['sender']>>) {
  const refused: Problem[] = [];
  let listener: (event: IpcSource, ...args: unknown[]) => unknown = () => {};
  serveContract(
    { handle: (_channel, given) => (listener = given) },
    { ...refusingHandlers('0'), ...handlers },
    trusts,
    (problem) => refused.push(problem),
  );
  return {
    call: async (source: IpcSource, ...args: unknown[]) => listener(source, ...args),
    refused,
  };
}

const bad: readonly (readonly [string, IpcSource])[] = [
  [
    'a frame within a page',
    { ...good, senderFrame: { url: 'torpor://app/panel.html', parent: {} } },
  ],
  [
    'a page from elsewhere',
    { ...good, senderFrame: { url: 'https://example.org/', parent: null } },
  ],
  ['a file', { ...good, senderFrame: { url: 'file:///app/panel.html', parent: null } }],
  [
    'another host of our scheme',
    { ...good, senderFrame: { url: 'torpor://other/panel.html', parent: null } },
  ],
  [
    'a name that only begins like ours',
    { ...good, senderFrame: { url: 'torpor://app.example.org/panel.html', parent: null } },
  ],
  [
    'our host as a user name',
    { ...good, senderFrame: { url: 'torpor://app@example.org/panel.html', parent: null } },
  ],
  ['an empty page', { ...good, senderFrame: { url: 'about:blank', parent: null } }],
  ['a frame that is gone', { ...good, senderFrame: null }],
  ['a window that is not ours', { ...good, sender: { id: 8 } }],
];

describe('the sender', () => {
  test.each([
    ['the panel', 'torpor://app/panel.html'],
    ['a page with a query', 'torpor://app/display.html?machine=x'],
  ])('%s is trusted', (_name, url) => {
    expect(trusts({ ...good, senderFrame: { url, parent: null } })).toBe(true);
  });

  test.each(bad)('%s is not', (_name, source) => {
    expect(trusts(source)).toBe(false);
  });

  test.each(bad)('%s reaches no handler', async (_name, source) => {
    let reached = false;
    const { call, refused } = serve({
      'host.check': () => {
        reached = true;
        return [];
      },
    });
    expect(await call(source, 'host.check', {})).toMatchObject({
      ok: false,
      problem: { code: 'PERMISSION_DENIED' },
    });
    expect(reached).toBe(false);
    expect(refused).toHaveLength(1);
  });
});

describe('a request', () => {
  test('is answered with the value of its handler', async () => {
    const { call, refused } = serve({
      'machine.cancel': async ({ machine }) => ({ cancelled: machine === 'a' }),
    });
    expect(await call(good, 'machine.cancel', { machine: 'a' })).toEqual({
      ok: true,
      value: { cancelled: true },
    });
    expect(refused).toEqual([]);
  });

  test('is handled with the page that asks', async () => {
    const askedBy: unknown[] = [];
    const { call } = serve({
      'window.close': (_params, page) => {
        askedBy.push(page);
        return {};
      },
    });
    await call(good, 'window.close', {});
    expect(askedBy).toEqual([good.sender]);
  });

  test('that fails is answered with code, message, hint and details, and nothing else', async () => {
    const { call } = serve({
      'host.check': () => {
        throw new TorporError('NO_SPACE', 'The volume is full.', {
          hint: 'Free some.',
          details: { missing: 5 },
          cause: new Error('/secret/path'),
        });
      },
    });
    expect(await call(good, 'host.check', {})).toEqual({
      ok: false,
      problem: {
        code: 'NO_SPACE',
        message: 'The volume is full.',
        hint: 'Free some.',
        details: { missing: 5 },
      },
    });
  });

  test.each([
    'machine.explode',
    'toString',
    '__proto__',
    'constructor',
    5,
    null,
    undefined,
    ['host.check'],
  ])('named %j is unknown', async (name) => {
    const { call, refused } = serve({});
    expect(await call(good, name, {})).toMatchObject({
      ok: false,
      problem: { code: 'UNKNOWN_METHOD' },
    });
    expect(refused).toHaveLength(1);
  });

  test.each([undefined, null, 'text', 1, [[]]])('with parameters %j is refused', async (params) => {
    const { call } = serve({ 'host.check': () => [] });
    expect(await call(good, 'host.check', params)).toMatchObject({
      ok: false,
      problem: { code: 'BAD_REQUEST' },
    });
  });
});

test('events reach every page but those that are gone', () => {
  const heard: unknown[] = [];
  const page = (isDestroyed: boolean) => ({
    isDestroyed: () => isDestroyed,
    send: (...args: unknown[]) => heard.push(args),
  });
  const notice = { machine: null, problem: { code: 'INTERNAL', message: 'x' } } as const;
  tellPages([page(false), page(true), page(false)], 'notice', notice);
  expect(heard).toEqual([
    ['torpor:event', 'notice', notice],
    ['torpor:event', 'notice', notice],
  ]);
});
