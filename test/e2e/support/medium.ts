import type { RunningApp } from './app.ts';

/** What the gate leaves on the app's global object. */
declare global {
  var torporMedium: { readonly reached: Promise<void>; readonly release: () => void } | undefined;
}

export interface Medium {
  /** Resolves when the state is written in part, and its next bytes wait. */
  reached(): Promise<void>;
  release(): Promise<void>;
}

/**
 * A medium that takes the beginning of a streamed state and then no more until it is released, as a disk
 * of a busy computer does. Only what is written at a position, as a state is, waits.
 */
export async function stallMedium({ electron }: RunningApp): Promise<Medium> {
  await electron.evaluate(async () => {
    const { open } = process.getBuiltinModule('node:fs/promises');
    const file = await open('/dev/null', 'w');
    const handles: { write: (...args: unknown[]) => Promise<unknown> } =
      Object.getPrototypeOf(file);
    await file.close();
    const { write } = handles;
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    handles.write = async function (...args) {
      if (Number(args[3] ?? 0) > 0) {
        reached.resolve();
        await released.promise;
      }
      return Reflect.apply(write, this, args);
    };
    globalThis.torporMedium = {
      reached: reached.promise,
      release() {
        handles.write = write;
        released.resolve();
      },
    };
  });
  return {
    reached: () => electron.evaluate(() => globalThis.torporMedium?.reached),
    release: () => electron.evaluate(() => globalThis.torporMedium?.release()),
  };
}
