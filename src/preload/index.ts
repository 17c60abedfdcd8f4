/**
 * The only code that sees both the page and Electron. It adds nothing to the contract: names are
 * checked where they are served, in src/main/ipc.ts.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge, Channels } from '../contract/bridge.ts';

const channels: Channels = { request: 'torpor:request', event: 'torpor:event' };

const bridge: Bridge = {
  request: (name, params) => ipcRenderer.invoke(channels.request, name, params),
  on(kind, listener) {
    const receive = (_event: object, told: string, payload: Parameters<typeof listener>[0]) => {
      if (told === kind) listener(payload);
    };
    ipcRenderer.on(channels.event, receive);
    return () => {
      ipcRenderer.removeListener(channels.event, receive);
    };
  },
};

contextBridge.exposeInMainWorld('torpor', bridge);
