/** What the app needs of its windows to quit. */
export interface OpenWindow {
  /** False when a listener prevented it. */
  closeUnlessPrevented(): boolean;
  destroy(): void;
}

export const openWindows = new Set<OpenWindow>();
