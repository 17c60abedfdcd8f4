import { createConnection, type Socket } from 'node:net';
import { z } from 'zod';
import { TorporError } from '../../core/errors.ts';

/**
 * The guest agent's protocol (docs/interop/qemu-ga): JSON by lines over a serial port inside the
 * guest. Nobody may be at the other end, and what an earlier client asked may still be answered, so a
 * conversation begins with a synchronisation that names itself.
 */
const answer = z.looseObject({ return: z.unknown().optional(), error: z.unknown().optional() });

/** A guest that has just come back needs a moment before its agent is scheduled. */
const patienceMs = 3000;

/**
 * Sets the guest's clock to this computer's. Throws CAPABILITY_MISSING when nobody answers in a few
 * seconds, HYPERVISOR_FAILED when the guest refuses.
 */
export async function setGuestClock(socketPath: string): Promise<void> {
  const socket = createConnection(socketPath);
  try {
    const lines = linesOf(socket);
    const sync = Math.floor(Math.random() * 2 ** 31);
    // 0xFF makes an agent drop whatever half a request it still has.
    socket.write(Buffer.concat([Buffer.from([0xff]), request('guest-sync', { id: sync })]));
    await lines.find((reply) => reply.return === sync);
    socket.write(request('guest-set-time', { time: Date.now() * 1_000_000 }));
    const reply = await lines.find(() => true);
    if (reply.error === undefined) return;
    throw new TorporError('HYPERVISOR_FAILED', 'The guest refused to set its clock.', {
      details: { error: reply.error },
    });
  } finally {
    socket.destroy();
  }
}

function request(execute: string, args: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${JSON.stringify({ execute, arguments: args })}\n`);
}

type Answer = z.infer<typeof answer>;

function linesOf(socket: Socket) {
  const waiting: { accept: (reply: Answer) => boolean; resolve: (reply: Answer) => void }[] = [];
  let rest = '';
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    // A guest could send without end; nothing that we wait for is longer.
    const lines = (rest + text).slice(-65_536).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) deliver(line);
  });

  function deliver(line: string): void {
    const reply = parseAnswer(line);
    const first = waiting[0];
    if (reply === undefined || first === undefined || !first.accept(reply)) return;
    waiting.shift();
    first.resolve(reply);
  }

  return {
    async find(accept: (reply: Answer) => boolean): Promise<Answer> {
      const { promise, resolve, reject } = Promise.withResolvers<Answer>();
      waiting.push({ accept, resolve });
      const timer = setTimeout(() => reject(nobodyAnswers()), patienceMs);
      const fail = (cause: Error): void => reject(nobodyAnswers(cause));
      const end = (): void => fail(new Error('the connection ended'));
      socket.on('error', fail);
      socket.on('close', end);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        socket.off('error', fail);
        socket.off('close', end);
      }
    },
  };
}

function parseAnswer(line: string): Answer | undefined {
  try {
    return answer.safeParse(JSON.parse(line.replaceAll('\xff', ''))).data;
  } catch {
    return undefined; // Half a line from before the synchronisation; not for us.
  }
}

function nobodyAnswers(cause?: unknown): TorporError {
  return new TorporError('CAPABILITY_MISSING', 'No guest agent answers in this guest.', {
    hint: 'Install and start qemu-guest-agent in the guest.',
    cause,
  });
}
