/**
 * How Torpor names Apple's software, by edition. Every sentence of preflight takes its names from
 * here, so that the edition for the Mac App Store can avoid naming software that Apple has not
 * released, and still say what to install.
 */

import { TorporError } from '../core/errors.ts';
import type { BuildKind } from './build-number.ts';
import { compareVersions, majorOf } from './version.ts';

export const editions = ['direct', 'app-store'] as const;
export type Edition = (typeof editions)[number];

/**
 * The edition of that name, as TORPOR_EDITION has it; the direct one when there is none. Throws
 * CONFIG_INVALID for any other: a misspelt name must not make the wrong edition.
 */
export function editionNamed(name: string | undefined): Edition {
  if (name === undefined || name === '') return 'direct';
  const found = editions.find((edition) => edition === name);
  if (found !== undefined) return found;
  throw new TorporError('CONFIG_INVALID', `There is no edition “${name}” of Torpor.`, {
    hint: `TORPOR_EDITION is ${editions.join(' or ')}.`,
  });
}

/** A version as preflight met it, in an image or on a host. */
export interface Named {
  readonly version: string;
  readonly build: string;
  readonly kind: BuildKind | undefined;
  readonly listedAsRelease?: boolean;
}

export interface NamedXcode {
  readonly path: string;
  readonly version: string | undefined;
  readonly prerelease: boolean;
}

export interface Words {
  readonly edition: Edition;
  /** `macOS 15.6.1 (24G90)` */
  guest(image: Named): string;
  /** Says what the image is: `The image is macOS 15.6.1 (24G90)`. */
  imageIs(image: Named): string;
  /** `macOS 15.6.1`, for the second time in a sentence. */
  guestAgain(image: Named): string;
  host(host: Named): string;
  /** A bare version in evidence: `15.6.1 (24G90)`. */
  version(named: Named): string;
  /** A version of macOS by number alone: `macOS 13.0`. */
  macos(version: string): string;
  /** What to update a Mac to: `macOS 13.0 or later`. */
  orLater(version: string): string;
  /** The package that brings device support for the image. */
  deviceSupport(image: Named): string;
  /** The Xcode that brings it. */
  xcodeFor(image: Named): string;
  /** A copy of Xcode on this Mac. */
  xcode(copy: NamedXcode): string;
  /** Where a path may be shown: an Xcode's folder usually says when it is a prerelease. */
  path(copy: NamedXcode): string | undefined;
  /** What a build number of a release's form may be: a candidate's looks the same. */
  readonly releaseForm: string;
  /** What kind of software a seed is. */
  readonly seed: string;
  /** Chooses between the two texts of a row of the table. */
  choose(texts: { readonly direct: string; readonly appStore: string }): string;
}

/** `released` is the newest macOS known to be public: beyond it, nothing is named in the store. */
export function wordsFor(edition: Edition, released: string): Words {
  return edition === 'direct' ? direct : appStore(released);
}

const direct: Words = {
  edition: 'direct',
  guest: (image) => `macOS ${image.version}${betaMark(image)} (${image.build})`,
  imageIs: (image) => `The image is macOS ${image.version}${betaMark(image)} (${image.build})`,
  guestAgain: (image) => `macOS ${image.version}${betaMark(image)}`,
  host: (host) => `macOS ${host.version}${betaMark(host)} (${host.build})`,
  version: (named) => `${named.version} (${named.build})`,
  macos: (version) => `macOS ${version}`,
  orLater: (version) => `macOS ${version} or later`,
  deviceSupport: (image) =>
    `“Device Support for macOS ${majorOf(image.version)}${betaMark(image)}”`,
  xcodeFor: (image) => `Xcode ${xcodeMajor(image)}${betaMark(image)} or later`,
  xcode: (copy) =>
    `Xcode${copy.version === undefined ? '' : ` ${copy.version}`}${copy.prerelease ? ' beta' : ''}`,
  path: (copy) => copy.path,
  releaseForm: 'a release, or of a release candidate: the two look the same',
  seed: 'a beta',
  choose: (texts) => texts.direct,
};

function appStore(released: string): Words {
  const open = (named: Named): boolean => isPublic(named, released);
  const out = (version: string): boolean => compareVersions(version, released) <= 0;
  const newXcode = (copy: NamedXcode): boolean =>
    copy.prerelease ||
    /beta|seed|rc\b/i.test(copy.path) ||
    (copy.version !== undefined && compareVersions(copy.version, `${majorOf(released)}.99`) > 0);
  return {
    edition: 'app-store',
    guest: (image) => (open(image) ? direct.guest(image) : 'the macOS in this image'),
    imageIs: (image) => (open(image) ? direct.imageIs(image) : 'The image is one of macOS'),
    guestAgain: (image) => (open(image) ? direct.guestAgain(image) : 'the newer macOS'),
    host: (host) => (open(host) ? direct.host(host) : 'the macOS it runs'),
    version: (named) => (open(named) ? direct.version(named) : 'a version not named here'),
    macos: (version) => (out(version) ? direct.macos(version) : 'a newer macOS'),
    orLater: (version) => (out(version) ? direct.orLater(version) : 'its newest macOS'),
    deviceSupport: (image) =>
      open(image)
        ? direct.deviceSupport(image)
        : 'the Device Support package for the macOS in this image',
    xcodeFor: (image) => (open(image) ? direct.xcodeFor(image) : 'the newest Xcode for that macOS'),
    xcode: (copy) => (newXcode(copy) ? 'the newest Xcode on this Mac' : direct.xcode(copy)),
    path: (copy) => (newXcode(copy) ? undefined : copy.path),
    releaseForm: 'a release',
    seed: 'not for everyone yet',
    choose: (texts) => texts.appStore,
  };
}

/** Released for certain: listed by Apple, or of a release's form and no newer than what is out. */
export function isPublic(named: Named, released: string): boolean {
  if (named.kind === 'seed' || named.kind === undefined) return false;
  return named.listedAsRelease === true || compareVersions(named.version, released) <= 0;
}

/** What must not be in any sentence of the store's edition, whatever the versions are. */
export const unsayable =
  /\bbetas?\b|\bseeds?\b|pre-?release|\bpreview\b|release candidate|\bRC\d?\b|\b\d{2}[A-Z]5\d{3}[a-z]\b/i;

function betaMark(named: Named): string {
  return named.kind === 'seed' ? ' beta' : '';
}

/** Xcode took the year's number together with macOS; before that it was one ahead: macOS 15, Xcode 16. */
export function xcodeMajor(image: { readonly version: string }): number {
  const major = majorOf(image.version);
  return major >= 26 ? major : major + 1;
}
