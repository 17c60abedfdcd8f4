import type { ComponentChildren } from 'preact';
import type { AppState } from '../../../src/contract/app-state.ts';
import type { Lifecycle } from '../../../src/contract/lifecycle.ts';
import type { DriverReport } from '../../../src/contract/requests.ts';
import { CreateView } from '../../../src/panel/create/create-view.tsx';
import { DisplayView } from '../../../src/panel/display/display-view.tsx';
import type { Choice } from '../../../src/panel/machine/menu-items.ts';
import { PanelView } from '../../../src/panel/panel-view.tsx';
import { QuitWindow } from '../../../src/panel/quit/quit-window.tsx';
import type { View } from '../../../src/panel/state/place.ts';
import { AboutView } from '../../../src/panel/windows/about-view.tsx';
import { HostView } from '../../../src/panel/windows/host-view.tsx';
import { SettingsView } from '../../../src/panel/windows/settings-view.tsx';
import { WindowFrame } from '../../../src/panel/windows/window-frame.tsx';
import { downloading, moving, stoppedDownload, vzReport } from './image-samples.ts';
import { paintScreen } from './painted-screen.ts';
import { busy, kept, machine, many, now, refused, state, troubled, usual } from './samples.ts';

/** A view of the app in one situation: the same for accessibility checks and for screenshots. */
export interface Sample {
  readonly content: ComponentChildren;
  readonly state: AppState;
  readonly width: number;
  readonly height: number;
  readonly language?: 'en' | 'de';
  readonly lifecycle?: Lifecycle;
  readonly view?: View;
  readonly question?: { readonly choice: Choice & ('delete' | 'clone'); readonly key: string };
  /** The machine whose native window is being closed. */
  readonly closing?: string;
  readonly platform?: 'darwin' | 'linux';
  readonly drivers?: readonly DriverReport[];
  /** Words on buttons that are pressed one after another before one looks. */
  readonly press?: readonly string[];
}

const panel = { content: <PanelView />, width: 380, height: 560 };
const quitting: Lifecycle = {
  phase: 'quitting',
  reason: 'shutDown',
  deadline: now + 25_000,
  steps: [
    { id: 'debian-13', name: 'Debian 13', plan: 'suspend', state: 'done', problem: null },
    { id: 'build-server', name: 'Build server', plan: 'suspend', state: 'working', problem: null },
    { id: 'windows-11', name: 'Windows 11', plan: 'suspend', state: 'waiting', problem: null },
    { id: 'router', name: 'Router', plan: 'keepRunning', state: 'done', problem: null },
  ],
};
const quittingState = state([
  machine('Debian 13', 'suspended'),
  busy('Build server', 'suspending', 0.6),
  machine('Windows 11', 'running'),
  machine('Router', 'running'),
]);
const detail = (key: string): View => ({ at: 'machine', key });

export const samples: Readonly<Record<string, Sample>> = {
  list: { ...panel, state: state(usual) },
  'list-german': { ...panel, state: state(usual), language: 'de' },
  'list-many': { ...panel, state: state(many) },
  'list-problems': { ...panel, state: state(troubled, 1.2 * 1024 ** 3), height: 640 },
  'list-problems-german': {
    ...panel,
    state: state(troubled, 1.2 * 1024 ** 3),
    height: 640,
    language: 'de',
  },
  'list-menu': { ...panel, state: state(usual), press: ['More actions for Debian 13'] },
  'list-kept': { ...panel, state: state(kept) },
  'list-kept-german': { ...panel, state: state(kept), language: 'de' },
  empty: { ...panel, state: state([]) },
  'empty-german': { ...panel, state: state([]), language: 'de' },
  details: { ...panel, state: state(usual), view: detail('windows-11'), height: 760 },
  'details-kept': { ...panel, state: state(kept), view: detail('debian-13'), height: 760 },
  'details-german': {
    ...panel,
    state: state(usual),
    view: detail('windows-11'),
    language: 'de',
    height: 760,
  },
  'details-refused': { ...panel, state: state([refused]), view: detail('windows-11'), height: 760 },
  'details-settings': {
    ...panel,
    state: state(usual),
    view: detail('fedora-43'),
    press: ['Settings'],
    height: 640,
  },
  'details-live': {
    ...panel,
    state: state([machine('Sequoia', 'running', { driver: 'vz' })]),
    view: detail('sequoia'),
    press: ['Settings'],
    height: 860,
  },
  'details-live-german': {
    ...panel,
    state: state([machine('Sequoia', 'running', { driver: 'vz' })]),
    view: detail('sequoia'),
    press: ['Einstellungen'],
    language: 'de',
    height: 860,
  },
  'details-console': {
    ...panel,
    state: state(usual),
    view: detail('debian-13'),
    press: ['Console'],
  },
  closing: { ...panel, state: state(usual), closing: 'debian-13' },
  'closing-german': { ...panel, state: state(usual), closing: 'debian-13', language: 'de' },
  delete: { ...panel, state: state(usual), question: { choice: 'delete', key: 'fedora-43' } },
  quit: {
    content: <QuitWindow />,
    width: 420,
    height: 400,
    state: quittingState,
    lifecycle: quitting,
  },
  'quit-failed': {
    content: <QuitWindow />,
    width: 420,
    height: 480,
    state: quittingState,
    lifecycle: {
      ...quitting,
      reason: 'quit',
      deadline: null,
      steps: [
        ...quitting.steps.slice(0, 1),
        {
          id: 'windows-11',
          name: 'Windows 11',
          plan: 'suspend',
          state: 'failed',
          problem: {
            code: 'NO_SPACE',
            message: '“Windows 11” could not be suspended: the volume is full.',
            hint: 'The guest runs on and nothing was lost. Free 5.2 GiB and try again.',
          },
        },
        { id: 'router', name: 'Router', plan: null, state: 'waiting', problem: null },
      ],
    },
  },
  crash: {
    ...panel,
    height: 400,
    state: state(usual),
    lifecycle: {
      phase: 'askingAfterCrash',
      machines: [
        { id: 'debian-13', name: 'Debian 13', left: 'running' },
        { id: 'windows-11', name: 'Windows 11', left: 'suspended' },
        { id: 'fedora-43', name: 'Fedora 43', left: 'lost' },
      ],
    },
  },
  create: { content: inWindow(<CreateView />), width: 480, height: 600, state: state(usual) },
  'create-errors': {
    content: inWindow(<CreateView />),
    width: 480,
    height: 600,
    state: state(usual),
    press: ['Disk image', 'Create'],
  },
  'create-german': {
    content: inWindow(<CreateView />),
    width: 480,
    height: 640,
    state: state(usual),
    language: 'de',
  },
  'create-images': createImages('en'),
  'create-images-german': createImages('de'),
  settings: { content: inWindow(<SettingsView />), width: 480, height: 860, state: state(usual) },
  'settings-german': {
    content: inWindow(<SettingsView />),
    width: 480,
    height: 900,
    state: state(usual),
    language: 'de',
  },
  about: { content: inWindow(<AboutView />), width: 400, height: 480, state: state(usual) },
  host: {
    content: inWindow(<HostView />),
    width: 600,
    height: 820,
    platform: 'darwin',
    state: state(usual),
    press: ['Check'],
  },
  display: {
    content: <DisplayView machineKey="debian-13" open={paintScreen} />,
    width: 960,
    height: 660,
    state: state(usual),
  },
};

function inWindow(content: ComponentChildren) {
  return <WindowFrame title={() => 'Torpor'}>{content}</WindowFrame>;
}

/** The create window of a Mac, at the images of macOS. */
function createImages(language: 'en' | 'de'): Sample {
  return {
    ...{ content: inWindow(<CreateView />), width: 480, height: 900, language },
    ...{ platform: 'darwin', drivers: [vzReport], press: ['macOS'] },
    state: downloading({ ...stoppedDownload, ...moving }),
  };
}
