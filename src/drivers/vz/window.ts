import { defaultWindowPolicy, type MachineConfig, type WindowPolicy } from '../../core/config.ts';
import type { WindowCommand } from '../../core/driver.ts';
import type { WindowMenuItem, WindowOptions } from './native-interface.ts';

/** What a window says, in the language of the app that shows it. */
export interface WindowWords extends Record<WindowCommand, string> {
  /** The button that opens the menu, for who cannot see it. */
  readonly menu: string;
  readonly fullScreen: string;
  /** Beside the title, while the guest stands. */
  readonly paused: string;
}

export const englishWords: WindowWords = {
  menu: 'Machine',
  fullScreen: 'Full Screen',
  captureSystemKeys: 'Send System Keys to the Guest',
  followResize: 'Fit the Guest’s Display to the Window',
  suspend: 'Suspend',
  pause: 'Pause',
  resume: 'Resume',
  close: 'Close',
  paused: 'Paused',
};

/** How the machine's window is shown while its guest is `status`, by its policy. */
export function windowOptions(
  { name, policy }: Pick<MachineConfig, 'name' | 'policy'>,
  status: 'running' | 'paused',
  words: WindowWords,
): WindowOptions {
  const { capturesSystemKeys, resize } = windowPolicyOf(policy);
  const followsResize = resize === 'follow';
  const item = (command: WindowCommand, isTicked = false): WindowMenuItem => ({
    kind: 'command',
    label: words[command],
    command,
    isTicked,
  });
  return {
    title: name,
    subtitle: status === 'paused' ? words.paused : '',
    capturesSystemKeys,
    followsResize,
    menuLabel: words.menu,
    menu: [
      { kind: 'fullScreen', label: words.fullScreen },
      item('captureSystemKeys', capturesSystemKeys),
      item('followResize', followsResize),
      { kind: 'separator' },
      item(status === 'paused' ? 'resume' : 'pause'),
      item('suspend'),
      { kind: 'separator' },
      item('close'),
    ],
  };
}

export function windowPolicyOf({ window }: MachineConfig['policy']): WindowPolicy {
  return window ?? defaultWindowPolicy;
}

/** The command of a menu that these options made; undefined for any other word. */
export function commandOf(word: string): WindowCommand | undefined {
  return commands.find((one) => one === word);
}

const commands: readonly WindowCommand[] = [
  'captureSystemKeys',
  'followResize',
  'suspend',
  'pause',
  'resume',
  'close',
];
