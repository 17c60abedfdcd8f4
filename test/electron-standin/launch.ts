/** What `electron` in this folder runs: the order is Electron's, see README.md. */
import inspector from 'node:inspector';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseCommandLine } from './command-line.ts';
import './resolve.mjs';
import { begin, readPackage } from './start.ts';

const { switches, requires, rest } = parseCommandLine(process.argv.slice(2));
const appPath = path.resolve(rest[0] ?? '.');
begin({
  appPath,
  package: readPackage(appPath),
  switches,
  held: switches.has('remote-debugging-port'),
});
process.argv = [process.execPath, ...rest];
Object.defineProperty(process, 'type', { value: 'browser' });
Object.defineProperty(process.versions, 'electron', {
  value: createRequire(import.meta.url)('electron/package.json').version,
  enumerable: true,
});

// Prints "Debugger listening on ws://...", which Playwright waits for.
if (switches.has('inspect')) inspector.open(0, '127.0.0.1', false);

const { bringUp } = await import('./bring-up.ts');
const fromApp = createRequire(path.join(appPath, 'package.json'));
for (const file of requires) fromApp(path.resolve(file));
await import(pathToFileURL(path.join(appPath, readPackage(appPath).main)).href);
await bringUp();
