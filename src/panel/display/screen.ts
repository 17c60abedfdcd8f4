import { type Channel, channelOver } from './channel.ts';
import type { DisplayPipe } from './pipe.ts';
import { keysymsOf } from './type-text.ts';

/** The guest's screen in the page. */
export interface Screen {
  /** Whether the picture is made to fit the window; else it is scrolled. */
  setFit(fit: boolean): void;
  /** Whether the guest is asked to change its resolution with the window. */
  setResize(resize: boolean): void;
  sendCtrlAltDel(): void;
  /** Types `text` as keys; what no key can type is left out. */
  type(text: string): void;
  focus(): void;
  blur(): void;
  close(): void;
}

export interface ScreenEvents {
  readonly onConnect: () => void;
  readonly onDisconnect: () => void;
}

export type OpenScreen = (
  target: HTMLElement,
  pipe: DisplayPipe,
  events: ScreenEvents,
) => Promise<Screen>;

/** Loads noVNC, which no other page needs, and connects it. */
export const openScreen: OpenScreen = async (target, pipe, { onConnect, onDisconnect }) => {
  const { default: RFB } = await import('@novnc/novnc');
  const channel: Channel = channelOver(pipe);
  const rfb = new RFB(target, channel);
  rfb.background = 'transparent';
  rfb.addEventListener('connect', onConnect);
  rfb.addEventListener('disconnect', onDisconnect);
  return {
    setFit(fit) {
      rfb.scaleViewport = fit;
      rfb.clipViewport = !fit;
    },
    setResize(resize) {
      rfb.resizeSession = resize;
    },
    sendCtrlAltDel: () => rfb.sendCtrlAltDel(),
    type(text) {
      for (const keysym of keysymsOf(text)) rfb.sendKey(keysym, null);
    },
    focus: () => rfb.focus({ preventScroll: true }),
    blur: () => rfb.blur(),
    close: () => rfb.disconnect(),
  };
};
