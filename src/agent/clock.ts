/** What a watch needs of time; a test turns it by hand. */
export interface Clock {
  /** Milliseconds that never go back, and stand still while the host sleeps. */
  now(): number;
  /** Calls again and again at that interval; returns what ends it. */
  every(milliseconds: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds).unref();
    return () => clearInterval(timer);
  },
};
