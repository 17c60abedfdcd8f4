import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { untilLife } from './machines.ts';
import { endProcessesOf } from './processes.ts';

const root = path.resolve(import.meta.dirname, '..', '..', '..');
const standin = path.join(root, 'test', 'electron-standin', 'electron');
const installed = path.join(root, 'node_modules', 'electron');

/**
 * Electron's own program where it was downloaded, or is in ELECTRON_OVERRIDE_DIST_PATH; else the
 * stand-in. Never `require('electron')`: it downloads.
 */
export function electronBinary(env: NodeJS.ProcessEnv = process.env): string {
  const name = process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH ?? path.join(installed, 'dist');
  const binary = path.join(folder, name);
  return existsSync(binary) ? binary : standin;
}

/** Some things can be seen in the stand-in alone: notifications, dialogs, what was opened. */
export const isStandin = electronBinary() === standin;

export interface RunningApp {
  readonly electron: ElectronApplication;
  readonly child: ChildProcess;
  /** The panel's page, loaded but not shown until the tray is clicked. */
  readonly panel: Page;
  /** Starts the app once more, as a second click on its icon does, and waits for the end of that. */
  start(): Promise<void>;
  /** Settles when the process has ended, however it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface TestHome {
  readonly userData: string;
  readonly library: string;
  /** What a process of this home has in its environment. */
  readonly env: Readonly<Record<string, string>>;
  launch(options?: LaunchOptions): Promise<RunningApp>;
  /** Starts it with nobody attached, as a person does. */
  spawn(): Pick<RunningApp, 'child' | 'ended'>;
  /** The command line of `launch`, for a second instance started by hand. */
  commandLine(...words: readonly string[]): readonly [binary: string, ...args: string[]];
  /** Kills what still runs, then removes the folder. */
  remove(): Promise<void>;
}

export interface LaunchOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A userData of its own, in which the built app is launched as often as a test wants. */
export function createTestHome(): TestHome {
  const folder = mkdtempSync(path.join(tmpdir(), 'torpor-e2e-'));
  const userData = path.join(folder, 'user-data');
  const running = new Map<ChildProcess, Promise<unknown>>();
  const follow = (child: ChildProcess) => {
    const ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    running.set(child, ended);
    void ended.then(() => running.delete(child));
    return { child, ended };
  };
  const commandLine = (...words: readonly string[]) =>
    [electronBinary(), `--user-data-dir=${userData}`, root, ...words] as const;
  const surrounding = { ...definedOnly(process.env), ...surroundings(folder) };
  return {
    userData,
    library: path.join(folder, 'library'),
    env: surrounding,
    commandLine,
    async launch({ args = [], env = {} } = {}) {
      const [executablePath, ...before] = commandLine(...args);
      const electron = await _electron.launch({
        executablePath,
        args: before,
        env: { ...surrounding, ...env },
      });
      const { child, ended } = follow(electron.process());
      const panel = await electron.firstWindow();
      await panel.waitForURL(/\/panel\.html$/);
      const start = async (): Promise<void> => {
        const second = { env: { ...surrounding, ...env }, stdio: 'ignore' } as const;
        await once(spawn(executablePath, before, second), 'exit');
      };
      return { electron, child, panel, start, ended };
    },
    spawn() {
      const [executablePath, ...args] = commandLine();
      return follow(spawn(executablePath, args, { env: surrounding, stdio: 'ignore' }));
    },
    async remove() {
      for (const [child, ended] of running) {
        child.kill('SIGKILL');
        await ended;
      }
      // Guests outlive an app that was killed, and its browser writes once more before it notices.
      await endProcessesOf(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Nothing of whoever runs the tests is read or written, but for what QEMU was found to be able to. */
function surroundings(folder: string): Record<string, string> {
  return {
    XDG_CONFIG_HOME: folder,
    XDG_RUNTIME_DIR: folder,
    TORPOR_LIBRARY: path.join(folder, 'library'),
    DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${path.join(folder, 'no-bus')}`,
  };
}

/** Asks the app to quit, as the menu does, and waits for its end. */
export async function quit(app: RunningApp): Promise<Awaited<RunningApp['ended']>> {
  const end = orderlyEnd(app);
  // The answer may be lost with the process that should give it.
  await app.electron.evaluate(({ app }) => app.quit()).catch(() => {});
  return end;
}

/** The end of an app that quits. Rejects when a machine holds it: it would wait for a person for ever. */
export async function orderlyEnd(app: RunningApp): Promise<Awaited<RunningApp['ended']>> {
  const held = untilLife(app, 'quitting', 'failed').then(
    (life) => Promise.reject(new Error(`It does not quit: ${JSON.stringify(life)}`)),
    // Its page went with it.
    () => app.ended,
  );
  return Promise.race([app.ended, held]);
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
