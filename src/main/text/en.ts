import type { MachineStatus } from '../../contract/app-state.ts';
import type { ProblemTexts } from '../../words/problems.ts';

const machines = (count: number): string => (count === 1 ? '1 Machine' : `${count} Machines`);

const status: Record<MachineStatus, string> = {
  stopped: 'shut down',
  running: 'running',
  paused: 'paused',
  suspended: 'suspended',
  broken: 'needs attention',
  starting: 'starting',
  pausing: 'pausing',
  resuming: 'resuming',
  suspending: 'suspending',
  restoring: 'coming back',
  stopping: 'shutting down',
};

/** What the main process says by itself: in the menu, the tooltip and notifications. */
export const en = {
  language: 'en',
  /** The agent speaks English itself, and knows more. */
  problems: null as ProblemTexts | null,
  status,
  action: {
    start: 'Start',
    restore: 'Resume',
    resume: 'Resume',
    suspend: 'Suspend',
    details: 'Show',
    cancel: 'Cancel',
  },
  menu: {
    open: 'Open Torpor',
    /** One line: whose, how it is, and what a click does. */
    machine: (name: string, how: string, action: string | null) =>
      action === null ? `${name} · ${how}` : `${name} · ${how} → ${action}`,
    percent: (how: string, percent: number) => `${how} ${percent} %`,
    more: (count: number) => `${count} More`,
    none: 'No Machines Yet',
    create: 'New Machine…',
    suspendAll: 'Suspend All',
    library: 'Open Library',
    settings: 'Settings…',
    host: 'Check Host…',
    about: 'About Torpor',
    starting: 'Torpor is starting…',
    cancelQuit: 'Do Not Quit',
    quit: 'Quit',
    quitDoing: (does: readonly string[]) => `Quit and ${does.join(', ')}`,
    suspend: (count: number) => `Suspend ${machines(count)}`,
    stop: (count: number) => `Shut Down ${machines(count)}`,
    ask: (count: number) => `Ask about ${machines(count)}`,
    quitting: 'Quitting…',
    quitLeaving: 'Quit and Leave Machines to the Other Agent',
  },
  tooltip: {
    idle: 'Torpor: nothing runs',
    running: (count: number) => `Torpor: ${count} running`,
    busy: (name: string, how: string) => `Torpor: ${name} is ${how}`,
    attention: (message: string) => `Torpor: ${message}`,
    asking: 'Torpor ended unexpectedly. Which machines are to come back?',
  },
  notice: {
    several: (count: number) => `${count} things need you`,
    restored: (names: readonly string[]) =>
      names.length === 1 ? `“${names[0]}” is back.` : `${names.length} machines are back.`,
    suspended: {
      sleep: 'Suspended before the computer went to sleep',
      battery: 'Suspended because the battery is low',
    },
    idle: (name: string) => `“${name}” was suspended: nobody used it.`,
    ranOn: 'Torpor ended unexpectedly. Its machines ran on.',
    lowSpace: (free: string) => `Only ${free} are free where the machines are.`,
  },
  settings: {
    damaged: (kept: string) =>
      `The settings could not be read. They were kept as ${kept}, and Torpor began with new ones.`,
    shortcutTaken: (keys: string) => `${keys} cannot be used: another program has it.`,
  },
  choose: {
    disk: 'Choose a disk image',
    iso: 'Choose an installation image',
    kernel: 'Choose a kernel',
    initrd: 'Choose an initial RAM disk',
    restoreImage: 'Choose a restore image of macOS',
    catalogue: 'Choose a list of restore images',
    folder: 'Choose a folder',
    all: 'All files',
  },
  windows: {
    create: 'New Machine',
    settings: 'Settings',
    about: 'About Torpor',
    host: 'Check Host',
    quit: 'Quit Torpor',
    display: 'Display',
  },
  /** The menu bar that macOS shows for the windows. */
  bar: {
    about: 'About Torpor',
    settings: 'Settings…',
    hide: 'Hide Torpor',
    hideOthers: 'Hide Others',
    showAll: 'Show All',
    quit: 'Quit Torpor',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    window: 'Window',
    minimize: 'Minimize',
    close: 'Close',
    fullScreen: 'Enter Full Screen',
  },
  /** The native windows of guests, on macOS. */
  guestWindow: {
    menu: 'Machine',
    fullScreen: 'Full Screen',
    captureSystemKeys: 'Send System Keys to the Guest',
    followResize: 'Fit the Guest’s Display to the Window',
    suspend: 'Suspend',
    pause: 'Pause',
    resume: 'Resume',
    close: 'Close',
    paused: 'Paused',
  },
  inhibit: 'Machines are being suspended',
};

export type Text = typeof en;
