import { EventEmitter } from 'node:events';

export type IpcHandler = (event: object, ...args: unknown[]) => unknown;

/** `ipcMain`, and the `ipc` of each page. */
export class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, IpcHandler>();

  handle(channel: string, handler: IpcHandler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.#handlers.set(channel, handler);
  }
  handleOnce(channel: string, handler: IpcHandler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }
  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }
  /** Not Electron's. */
  handlerOf(channel: string): IpcHandler | undefined {
    return this.#handlers.get(channel);
  }
}

export const ipcMain = new IpcMain();
