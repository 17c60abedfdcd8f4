/**
 * Packages of the app, by `npm run make`: dmg and zip on macOS, deb and rpm on Linux.
 *
 * On macOS these environment variables sign and notarize; without them the package is signed ad hoc,
 * which runs on the computer that made it:
 *
 *   TORPOR_SIGN_IDENTITY                               "Developer ID Application: ..."
 *   APPLE_API_KEY, APPLE_API_KEY_ID, APPLE_API_ISSUER  the path of a .p8 file, and what belongs to it
 *   APPLE_ID, APPLE_PASSWORD, APPLE_TEAM_ID            or an app-specific password
 *
 * TORPOR_EDITION=app-store makes the edition of the Mac App Store: `electron-forge package --platform=mas`.
 * It names no software that Apple has not released, and is sandboxed. The package says which it is, as
 * TorporEdition in its Info.plist and `edition` in its package.json.
 *
 * The maker of deb needs Node 22 or newer when npm installs; with an older one npm leaves it out.
 * TORPOR_ELECTRON_ZIPS names a folder with Electron's zip files, where they cannot be downloaded.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { FuseV1Options, FuseVersion } from '@electron/fuses';
import { MakerDeb } from '@electron-forge/maker-deb';
import { MakerDMG } from '@electron-forge/maker-dmg';
import { MakerRpm } from '@electron-forge/maker-rpm';
import { MakerZIP } from '@electron-forge/maker-zip';
import { FusesPlugin } from '@electron-forge/plugin-fuses';
import type { ForgeConfig } from '@electron-forge/shared-types';
import { editionNamed } from './src/preflight/phrases.ts';

const root = import.meta.dirname;
const { env } = process;
const edition = editionNamed(env.TORPOR_EDITION);
const asset = (...names: string[]) => path.join(root, 'assets', ...names);

/** Everything else is built into dist. Trash finds its programs beside itself, so it is shipped whole. */
const shipped = [
  '/package.json',
  '/LICENSE',
  '/dist',
  '/assets/icons',
  '/native/build/Release/torpor.node',
  // On macOS alone.
  '/native/build/Release/torpor_vz.node',
  ...[...withDependencies('trash')].map((name) => `/node_modules/${name}`),
];
const left = ['/assets/icons/source', '/assets/icons/render', '/assets/icons/app.icns'];

const linux = {
  options: {
    icon: asset('icons', 'app.png'),
    categories: ['System' as const, 'Utility' as const],
    genericName: 'Virtual machines',
  },
};

const entitlements = {
  direct: { app: 'app.plist', helper: 'inherit.plist' },
  'app-store': { app: 'app-store.plist', helper: 'app-store-inherit.plist' },
};

const config: ForgeConfig = {
  packagerConfig: {
    name: 'Torpor',
    executableName: 'torpor-app',
    appBundleId: 'io.github.torpor',
    appCategoryType: 'public.app-category.utilities',
    icon: asset('icons', 'app'),
    extraResource: [asset('preflight')],
    // The addon is loaded, and trash's program is run, as files of their own.
    asar: { unpack: '**/{*.node,macos-trash}' },
    ignore: (file) => file !== '' && !isShipped(file),
    prune: false,
    extendInfo: {
      LSUIElement: true,
      TorporEdition: edition,
      LSMinimumSystemVersion: '14.0',
      NSMicrophoneUsageDescription:
        'A virtual machine that has a microphone hears what this Mac hears.',
    },
    ...(env.TORPOR_ELECTRON_ZIPS ? { electronZipDir: env.TORPOR_ELECTRON_ZIPS } : {}),
    osxSign: {
      // Empty as well, as a workflow has it that was given no secrets.
      identity: env.TORPOR_SIGN_IDENTITY || '-',
      identityValidation: Boolean(env.TORPOR_SIGN_IDENTITY),
      optionsForFile: (file) => ({
        hardenedRuntime: true,
        entitlements: asset(
          'entitlements',
          entitlements[edition][file.endsWith('/Torpor.app') ? 'app' : 'helper'],
        ),
      }),
    },
    ...notarization(),
  },
  makers: [
    new MakerDMG({ icon: asset('icons', 'app.icns'), overwrite: true }, ['darwin']),
    new MakerZIP({}, ['darwin']),
    new MakerDeb(
      {
        options: {
          ...linux.options,
          section: 'utils',
          bin: 'torpor-app',
          suggests: ['qemu-system'],
        },
      },
      ['linux'],
    ),
    new MakerRpm({ options: { ...linux.options, bin: 'torpor-app', license: 'MIT' } }, ['linux']),
  ],
  plugins: [
    new FusesPlugin({
      version: FuseVersion.V1,
      strictlyRequireAllFuses: true,
      // Nobody's script runs with Torpor's entitlements.
      [FuseV1Options.RunAsNode]: false,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: false,
      [FuseV1Options.EnableCookieEncryption]: true,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
      [FuseV1Options.OnlyLoadAppFromAsar]: true,
      // Pages come from torpor://, and a file: page is nothing to Torpor.
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.WasmTrapHandlers]: true,
    }),
  ],
  hooks: {
    // Before packaging; `npm start` builds by itself.
    generateAssets: async (_, platform) => {
      if ((platform === 'mas') !== (edition === 'app-store')) {
        throw new Error(
          `A package for ${platform} is not made of the edition ${edition}: set TORPOR_EDITION.`,
        );
      }
      run('native/build.mjs');
      run('node_modules/vite/bin/vite.js', 'build', '--app', '--logLevel', 'warn');
    },
    readPackageJson: async (_, manifest) => ({ ...manifest, edition }),
  },
};

export default config;

function isShipped(file: string): boolean {
  if (left.some((kept) => file.startsWith(kept))) return false;
  return shipped.some(
    (wanted) => file === wanted || file.startsWith(`${wanted}/`) || wanted.startsWith(`${file}/`),
  );
}

/** A package and all that it needs, by their places below node_modules. */
function withDependencies(name: string, found = new Set<string>()): Set<string> {
  const manifest = path.join(root, 'node_modules', name, 'package.json');
  // One that is not there belongs to the package above it, and comes with that one's folder.
  if (found.has(name) || !existsSync(manifest)) return found;
  found.add(name);
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
  for (const needed of Object.keys(dependencies)) withDependencies(needed, found);
  return found;
}

function notarization(): Pick<NonNullable<ForgeConfig['packagerConfig']>, 'osxNotarize'> {
  const { APPLE_API_KEY, APPLE_API_KEY_ID, APPLE_API_ISSUER } = env;
  if (APPLE_API_KEY && APPLE_API_KEY_ID && APPLE_API_ISSUER) {
    return {
      osxNotarize: {
        appleApiKey: APPLE_API_KEY,
        appleApiKeyId: APPLE_API_KEY_ID,
        appleApiIssuer: APPLE_API_ISSUER,
      },
    };
  }
  const { APPLE_ID, APPLE_PASSWORD, APPLE_TEAM_ID } = env;
  if (APPLE_ID && APPLE_PASSWORD && APPLE_TEAM_ID) {
    return {
      osxNotarize: { appleId: APPLE_ID, appleIdPassword: APPLE_PASSWORD, teamId: APPLE_TEAM_ID },
    };
  }
  return {};
}

function run(script: string, ...args: string[]): void {
  execFileSync(process.execPath, [path.join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
}
