import type { Problem } from '../../contract/app-state.ts';
import type { Bridge } from '../../contract/bridge.ts';

/** Bytes to and from a machine's VNC server, whatever carries them. */
export interface DisplayPipe {
  send(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  /** Told once, when the other end has closed or a send has failed. */
  onClose(listener: () => void): void;
  close(): void;
}

export type Connection =
  | { readonly ok: true; readonly pipe: DisplayPipe }
  | { readonly ok: false; readonly problem: Problem };

/** Connects through the main process. Bytes that come before anybody listens are kept. */
export async function connectDisplay(bridge: Bridge, machine: string): Promise<Connection> {
  const early: { connection: string; bytes: Uint8Array }[] = [];
  const closedEarly = new Set<string>();
  let connection: string | undefined;
  let receive: ((bytes: Uint8Array) => void) | undefined;
  let ended: (() => void) | undefined;

  const stops = [
    bridge.on('display.data', (data) => {
      if (connection !== undefined && data.connection !== connection) return;
      if (receive === undefined || connection === undefined) early.push(data);
      else receive(data.bytes);
    }),
    bridge.on('display.closed', (closed) => {
      if (connection === undefined) closedEarly.add(closed.connection);
      else if (closed.connection === connection) end();
    }),
  ];
  function end(): void {
    for (const stop of stops) stop();
    const tell = ended;
    ended = undefined;
    tell?.();
  }

  const answer = await bridge.request('display.connect', { machine });
  if (!answer.ok) {
    end();
    return answer;
  }
  const id = answer.value.connection;
  connection = id;

  return {
    ok: true,
    pipe: {
      send(bytes) {
        void bridge.request('display.send', { connection: id, bytes }).then(({ ok }) => {
          if (!ok) end();
        });
      },
      onData(listener) {
        receive = listener;
        const mine = early.splice(0).filter((data) => data.connection === id);
        for (const { bytes } of mine) listener(bytes);
      },
      onClose(listener) {
        ended = listener;
        if (closedEarly.has(id)) end();
      },
      close() {
        ended = undefined;
        end();
        void bridge.request('display.close', { connection: id });
      },
    },
  };
}
