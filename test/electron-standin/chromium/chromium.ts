import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { connectDevTools, type DevTools } from './devtools.ts';

export interface Chromium {
  readonly devTools: DevTools;
  /** What Playwright waits for on the error output: `DevTools listening on ws://...` */
  readonly line: string;
  stop(): Promise<void>;
}

export interface ChromiumOptions {
  /** The app's userData, where Electron too keeps the browser's profile. */
  readonly userData: string;
  /** Windows on the desktop, for use by hand. */
  readonly headed: boolean;
  /** Device pixels per pixel. */
  readonly scale: number;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-extensions',
  '--disable-dev-shm-usage',
  '--disable-renderer-backgrounding',
  '--disable-backgrounding-occluded-windows',
  '--disable-features=Translate,MediaRouter,OptimizationHints',
  '--password-store=basic',
  '--use-mock-keychain',
  '--no-startup-window',
  '--block-new-web-contents',
  '--remote-debugging-pipe',
  '--remote-debugging-port=0',
];

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser of `ELECTRON_STANDIN_CHROMIUM`, else the first that is installed. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const found = env.ELECTRON_STANDIN_CHROMIUM ?? places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      'No Chromium found. Install it (Debian: apt-get install chromium) or name it in ELECTRON_STANDIN_CHROMIUM.',
    );
  }
  return found;
}

/** Starts a browser with a profile of its own; ends with `stop`, or by itself with this process. */
export async function startChromium(options: ChromiumOptions): Promise<Chromium> {
  removeLeftProfiles(options.userData);
  const profile = mkdtempSync(path.join(options.userData, `${profilePrefix}${process.pid}-`));
  const child = spawn(
    findChromium(),
    [
      ...(options.headed ? [] : ['--headless']),
      ...flags,
      `--force-device-scale-factor=${options.scale}`,
      `--user-data-dir=${profile}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const ended = once(child, 'exit');
  const toBrowser = child.stdio[3] as Writable;
  const fromBrowser = child.stdio[4] as Readable;
  const said = child.stdio[2] as Readable;
  const line = await firstLine(said, ended);
  const devTools = connectDevTools(toBrowser, fromBrowser);
  return {
    devTools,
    line,
    async stop() {
      // From the beginning: a browser that is stuck does not answer either.
      const stuck = setTimeout(() => child.kill('SIGKILL'), 5000);
      await devTools.send('Browser.close').catch(ignoreEnded);
      toBrowser.destroy();
      if (child.exitCode === null && child.signalCode === null) await ended;
      clearTimeout(stuck);
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

const profilePrefix = 'Chromium-';

/** Profiles of stand-ins that were killed. */
function removeLeftProfiles(userData: string): void {
  for (const name of readdirSync(userData)) {
    const pid = new RegExp(`^${profilePrefix}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    rmSync(path.join(userData, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function firstLine(stderr: Readable, ended: Promise<unknown[]>): Promise<string> {
  const line = Promise.withResolvers<string>();
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString('utf8');
    const found = /^DevTools listening on ws:.*$/m.exec(said)?.[0];
    if (found !== undefined) line.resolve(found);
  });
  void ended.then(([code]) =>
    line.reject(new Error(`Chromium ended with ${code}: ${said.slice(-2000)}`)),
  );
  return line.promise;
}

/** The browser may end before it answers that it will. */
function ignoreEnded(): void {}
