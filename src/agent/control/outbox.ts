import type { Socket } from 'node:net';

/** What waits to be written to one client, bounded however slowly it reads. */
export interface Outbox {
  /** Sends an answer; `onHandedOver` is called when it need not wait any more. */
  reply(line: string, onHandedOver: () => void): void;
  /** Sends a state, in the place of one that still waits: only the newest matters. */
  state(line: string): void;
  /** Sends a notice. Of those that wait the oldest give way. */
  notice(line: string): void;
}

const maxWaitingNotices = 100;

/**
 * Writes answers first, then notices, then the state. Answers are not bounded here: whoever takes
 * requests takes no more while answers wait.
 */
export function createOutbox(socket: Socket): Outbox {
  const replies: { readonly line: string; readonly onHandedOver: () => void }[] = [];
  const notices: string[] = [];
  let state: string | undefined;

  function write(): void {
    while (!socket.destroyed && !socket.writableNeedDrain) {
      const reply = replies.shift();
      const line = reply?.line ?? notices.shift() ?? state;
      if (line === undefined) return;
      if (line === state) state = undefined;
      socket.write(`${line}\n`);
      reply?.onHandedOver();
    }
  }

  socket.on('drain', write);
  socket.on('close', () => {
    for (const { onHandedOver } of replies.splice(0)) onHandedOver();
  });

  return {
    reply(line, onHandedOver) {
      if (socket.destroyed) return onHandedOver();
      replies.push({ line, onHandedOver });
      write();
    },
    state(line) {
      state = line;
      write();
    },
    notice(line) {
      notices.push(line);
      if (notices.length > maxWaitingNotices) notices.shift();
      write();
    },
  };
}
