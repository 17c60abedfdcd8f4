import type { DisplayPipe } from './pipe.ts';

/** The part of a WebSocket that noVNC uses, and checks for. */
export interface Channel {
  binaryType: string;
  readonly protocol: string;
  readyState: 'connecting' | 'open' | 'closed';
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: ArrayBuffer }) => void) | null;
  onerror: ((event: Event) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(data: ArrayBuffer | Uint8Array): void;
  close(): void;
}

/** A pipe as the channel that noVNC talks through. It is open from the start. */
export function channelOver(pipe: DisplayPipe): Channel {
  const channel: Channel = {
    binaryType: 'arraybuffer',
    protocol: '',
    readyState: 'open',
    onopen: null,
    onmessage: null,
    onerror: null,
    onclose: null,
    send(data) {
      // noVNC sends a view of a buffer that it writes to again.
      pipe.send(data instanceof Uint8Array ? data.slice() : new Uint8Array(data));
    },
    close() {
      if (channel.readyState === 'closed') return;
      channel.readyState = 'closed';
      pipe.close();
      channel.onclose?.({ code: 1000, reason: '' });
    },
  };
  // noVNC sets its handlers while it is made; what has come already is delivered after that.
  queueMicrotask(() => {
    pipe.onData((bytes) => {
      channel.onmessage?.({ data: bytes.slice().buffer });
    });
    pipe.onClose(() => {
      channel.readyState = 'closed';
      channel.onclose?.({ code: 1006, reason: '' });
    });
  });
  return channel;
}
