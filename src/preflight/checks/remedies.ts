import type { Xcode } from '../host/xcode.ts';
import type { RestoreImage } from '../image/restore-image.ts';
import { hostWith } from '../known-images.ts';
import { isPublic, type Words } from '../phrases.ts';
import { checkAgain, type Remedy, type Step } from './check.ts';

/** Apple's page of downloads for developers; it needs an Apple account. File names there change. */
export const portal = 'https://developer.apple.com/download/all/?q=device%20support';

export function updateMacos(version: string, words: Words): Step {
  return {
    text: `Update this Mac to ${words.orLater(version)}, in System Settings > General > Software Update.`,
    button: { label: 'Open Software Update', action: { kind: 'open-software-update' } },
  };
}

/** Works where installing does not, because an upgrade from inside needs nothing of the host. */
export function upgradeInside(image: RestoreImage, words: Words): Step {
  return {
    text: `Install an older macOS in the machine, one that this Mac can install, and upgrade it to ${words.guestAgain(image)} from inside, in its own Software Update.`,
  };
}

/** Opening it once installs its packages, device support among them; lying there is not enough. */
export function openXcode(copy: Xcode, words: Words): Step {
  const path = words.path(copy);
  return {
    text: `Open ${words.xcode(copy)} once and let it install its components. Nothing else needs to be done in it.`,
    ...(path === undefined
      ? {}
      : {
          command: `sudo env DEVELOPER_DIR=${quoted(`${path}/Contents/Developer`)} xcodebuild -runFirstLaunch`,
        }),
    button: { label: 'Open Xcode', action: { kind: 'open-app', path: copy.path } },
  };
}

export interface DeviceSupportRemedy {
  readonly image: RestoreImage;
  readonly words: Words;
  /** The MobileDevice version that is needed. */
  readonly needed: string;
  readonly released: string;
  readonly unopened: Xcode | undefined;
}

/** How to get newer device support, the least trouble first. */
export function deviceSupportRemedy(request: DeviceSupportRemedy): Remedy {
  const { image, words, unopened } = request;
  const fetch: Step = {
    text: `Download ${words.deviceSupport(image)} from developer.apple.com (an Apple account is needed, a paid membership is not), open the disk image and run the installer in it.`,
    button: { label: 'Open Apple’s Downloads', action: { kind: 'open-address', url: portal } },
  };
  const restart: Step = { text: 'Restart this Mac.' };
  const install: Step = {
    text: `Install ${words.xcodeFor(image)}, if it runs on the macOS of this Mac, and open it once. The Command Line Tools alone are not enough.`,
  };
  const host = hostWith(request.needed);
  const canName =
    host !== undefined &&
    isPublic({ version: host, build: '', kind: 'release-or-candidate' }, request.released);
  const update = canName ? [updateMacos(host, words)] : [];
  const inside = upgradeInside(image, words);
  return unopened === undefined
    ? {
        steps: [fetch, restart, checkAgain],
        restart: true,
        alternatives: [install, ...update, inside],
      }
    : {
        steps: [openXcode(unopened, words), checkAgain],
        restart: false,
        alternatives: [fetch, ...update, inside],
      };
}

function quoted(path: string): string {
  return /^[\w/.@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
