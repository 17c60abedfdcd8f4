/**
 * Builds the native addon into native/build/Release/torpor.node, offline, and only when something
 * it is made of has changed. Plain JavaScript because it runs before anything else is set up.
 *
 *   node native/build.mjs [--force]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const here = import.meta.dirname;
const require = createRequire(import.meta.url);
const built = join(here, 'build', 'Release', 'torpor.node');
const stamp = join(here, 'build', 'torpor.stamp');

/** A hash of every source, the build description and the headers' version, for this platform. */
function fingerprint() {
  const hash = createHash('sha256');
  hash.update(`${process.platform} ${process.arch}\n`);
  hash.update(readFileSync(require.resolve('node-addon-api/package.json')));
  const files = readdirSync(join(here, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cc|h|mm)$/.test(name))
    .map((name) => join('src', name));
  for (const name of ['binding.gyp', ...files.sort()]) {
    hash.update(`${name}\n`);
    hash.update(readFileSync(join(here, name)));
  }
  return hash.digest('hex');
}

/**
 * Where Node's headers are: beside the Node of node_modules, else beside the Node that runs this,
 * else undefined, and node-gyp looks (and may download) by itself. The addon uses Node-API only, so
 * the version of the headers does not matter.
 */
function headers() {
  const candidates = [
    join(here, '..', 'node_modules', `node-${process.platform}-${process.arch}`),
    dirname(dirname(process.execPath)),
  ];
  return candidates.find((folder) => existsSync(join(folder, 'include', 'node', 'node_api.h')));
}

/**
 * Calls `build` with the folder of the headers. The makefile of node-gyp cannot have a space in this
 * one path (all others in it are relative), so a folder with a space goes by a link without.
 */
function withHeaders(build) {
  const nodedir = headers();
  if (!nodedir?.includes(' ')) return build(nodedir);
  const folder = mkdtempSync(join(tmpdir(), 'torpor-headers-'));
  const link = join(folder, 'node');
  try {
    symlinkSync(nodedir, link);
    return build(link);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function build(nodedir) {
  const result = spawnSync(
    process.execPath,
    [
      join(dirname(require.resolve('node-gyp/package.json')), 'bin', 'node-gyp.js'),
      'rebuild',
      '--silent',
      '--jobs=max',
      '--directory',
      here,
    ],
    {
      // What make prints on its output is of no interest; warnings and errors come on the other.
      stdio: ['ignore', 'ignore', 'inherit'],
      // By environment, because node-gyp prefers npm's own settings there to its arguments.
      env: { ...process.env, ...(nodedir === undefined ? {} : { npm_config_nodedir: nodedir }) },
    },
  );
  if (result.error) throw result.error;
  return result.status ?? 1;
}

const wanted = fingerprint();
const upToDate = existsSync(built) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
if (upToDate && !process.argv.includes('--force')) process.exit(0);

console.log('Compiling the native addon');
const status = withHeaders(build);
if (status !== 0) {
  console.error(
    'The native addon could not be built. It needs python3, make and a C++17 compiler ' +
      '(Debian: apt-get install python3 make g++; macOS: xcode-select --install).',
  );
  process.exit(status);
}
mkdirSync(dirname(stamp), { recursive: true });
writeFileSync(stamp, wanted);
