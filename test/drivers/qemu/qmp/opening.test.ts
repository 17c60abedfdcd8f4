import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectQmp } from '../../../../src/drivers/qemu/qmp/client.ts';
import { rejection } from '../../../support/rejection.ts';
import { type ScriptedQmpServer, scriptedQmpServer } from '../../../support/scripted-qmp-server.ts';

let server: ScriptedQmpServer;

beforeEach(async () => {
  server = await scriptedQmpServer();
});

afterEach(() => server[Symbol.asyncDispose]());

describe('opening', () => {
  test('understands a greeting and replies in pieces and in one packet', async () => {
    const connecting = connectQmp(server.path);
    const peer = await server.accept();
    const text = Buffer.from(
      '{"QMP": {"version": {"qemu": {"major": 10, "minor": 0, "micro": 2}, "package": "é🐢"}}}\r\n',
    );
    for (const byte of text) await peer.write(Uint8Array.of(byte));
    const { id, execute } = await peer.next();
    expect(execute).toBe('qmp_capabilities');
    await peer.write(`{"return": {}, "id": "${id}"}\n{"event": "STOP"}\n`);
    const client = await connecting;
    expect(client.version.package).toBe('é🐢');
    client.close();
  });

  test('says when nobody listens', async () => {
    const error = await rejection(connectQmp(`${server.path}-missing`));
    expect(error.code).toBe('HYPERVISOR_DISCONNECTED');
    expect(error.details).toEqual({ stage: 'connect', errno: 'ENOENT' });
  });

  test('says when no greeting comes in time, and hangs up', async () => {
    const connecting = rejection(connectQmp(server.path, { timeoutMs: 20 }));
    const peer = await server.accept();
    const error = await connecting;
    expect(error.code).toBe('TIMED_OUT');
    expect(error.details).toEqual({ stage: 'greeting' });
    expect(error.hint).toContain('one client at a time');
    await peer.left;
  });

  test('says when what answers is not QEMU', async () => {
    const connecting = rejection(connectQmp(server.path));
    const peer = await server.accept();
    await peer.send({ hello: 'world' });
    const error = await connecting;
    expect(error.code).toBe('HYPERVISOR_DISCONNECTED');
    expect(error.details).toEqual({ stage: 'greeting', received: { hello: 'world' } });
    await peer.left;
  });

  test('says when QEMU leaves before the greeting', async () => {
    const connecting = rejection(connectQmp(server.path));
    (await server.accept()).hangUp();
    expect((await connecting).details).toEqual({ stage: 'greeting' });
  });

  test('says when the negotiation is refused, or never answered', async () => {
    const refused = rejection(connectQmp(server.path));
    const refusing = await server.accept();
    const version = { qemu: { major: 7, minor: 2, micro: 0 }, package: '' };
    await refusing.send({ QMP: { version } });
    await refusing.send({
      error: { class: 'GenericError', desc: 'no' },
      id: (await refusing.next()).id,
    });
    expect((await refused).details).toEqual({ stage: 'negotiation' });
    await refusing.left;

    const silent = rejection(connectQmp(server.path, { timeoutMs: 50 }));
    const peer = await server.accept();
    await peer.send({ QMP: { version } });
    expect((await silent).code).toBe('TIMED_OUT');
    await peer.left;
  });

  test('ends on abort, before and while waiting', async () => {
    const before = await rejection(connectQmp(server.path, { signal: AbortSignal.abort() }));
    expect(before.code).toBe('CANCELLED');
    const controller = new AbortController();
    const connecting = rejection(connectQmp(server.path, { signal: controller.signal }));
    await server.accept();
    controller.abort();
    expect((await connecting).code).toBe('CANCELLED');
  });
});
