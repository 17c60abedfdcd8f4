/** What is used of noVNC, whose own typings name another path. After its docs/API.md. */
declare module '@novnc/novnc' {
  export default class RFB extends EventTarget {
    /** Connects over an open channel, and draws into `target`, which it fills. */
    constructor(target: HTMLElement, channel: import('./channel.ts').Channel);
    scaleViewport: boolean;
    resizeSession: boolean;
    clipViewport: boolean;
    background: string;
    focus(options?: FocusOptions): void;
    blur(): void;
    sendCtrlAltDel(): void;
    /** `code` is the key's place on the keyboard, or null; without `down` it is pressed and let go. */
    sendKey(keysym: number, code: string | null, down?: boolean): void;
    disconnect(): void;
  }
}
