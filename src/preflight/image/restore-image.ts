import { TorporError } from '../../core/errors.ts';
import { type BuildKind, parseBuild } from '../build-number.ts';
import { type Fact, unknown } from '../fact.ts';
import { isVersion } from '../version.ts';
import { deviceWords, virtualMac } from './device.ts';
import { type Manifest, type Requirements, readManifest, skipDigests } from './manifest.ts';
import { parsePlist } from './plist.ts';
import { listAt, manifestBounds, type PlistValue, textAt } from './plist-value.ts';
import { type Counts, openSource, type Source, type SourceOptions } from './source.ts';
import { openZip, type Zip } from './zip.ts';

/** A restore image as far as preflight needs to know it. */
export interface RestoreImage {
  /** Path, address, or `build 26A428` when only a table knows it. */
  readonly location: string;
  /** Where the facts came from: the image's own manifest, or a table of known builds. */
  readonly from: 'file' | 'url' | 'table';
  readonly version: string;
  readonly build: string;
  readonly kind: BuildKind | undefined;
  /** Apple's catalogue of releases lists it; false says only that it is not known to be there. */
  readonly listedAsRelease: boolean;
  readonly products: readonly string[];
  readonly forVms: boolean;
  /** Completes "This image is for ..." when it is not for virtual machines. */
  readonly device: string | undefined;
  readonly requires: Requirements;
  /** Bytes of the image; undefined when only a table knows it. */
  readonly size: number | undefined;
  readonly systemDiskBytes: number | undefined;
  readonly validator: string | undefined;
  readonly counts: Counts;
}

const manifestName = 'BuildManifest.plist';
const restoreName = 'Restore.plist';
/** An image that has these can make a virtual machine, even should its manifest be unreadable to us. */
const vmFile = /(^|\/)(kernelcache\.[a-z]+\.vma2|apticket\.vma2macosap\.im4m)$/;

/**
 * Reads what a restore image says about itself, from a path or an http(s) address, without reading
 * the image: its end, its directory and one or two small lists. A remote image takes 2 to 5
 * requests, redirects not counted, and at most 1 MiB, however many entries it has: of a directory that
 * is longer than any real image's only its beginning and its end are read.
 *
 * Throws IMAGE_INVALID for what is no restore image, REMOTE_FAILED, REMOTE_CHANGED, CANCELLED, and
 * system errors of local files.
 */
export async function inspectRestoreImage(
  location: string,
  options: SourceOptions = {},
): Promise<RestoreImage> {
  const source = await openSource(location, options);
  let image: RestoreImage;
  try {
    image = await inspect(source);
  } catch (error) {
    await source.close().catch(() => undefined);
    throw error;
  }
  await source.close();
  return image;
}

async function inspect(source: Source): Promise<RestoreImage> {
  let vmFiles = 0;
  const zip = await openZip(source, (name) => {
    if (vmFile.test(name)) vmFiles += 1;
    return name === manifestName || name === restoreName;
  });
  const manifest = await readList(zip, manifestName);
  const read = manifest === undefined ? undefined : readManifest(manifest);
  // Restore.plist repeats version and products, nothing more: it is asked only when they are missing.
  const complete = read?.productVersion !== undefined && read.build !== undefined;
  const restore =
    complete && read.products.length > 0 ? undefined : await readList(zip, restoreName);
  if (read === undefined && restore === undefined) throw noImage(source);
  return describe(source, read, restore, vmFiles > 0);
}

async function readList(zip: Zip, name: string): Promise<PlistValue | undefined> {
  const content = await zip.read(name, manifestBounds.bytes);
  return content && (await parsePlist(content, manifestBounds, skipDigests));
}

function describe(
  source: Source,
  manifest: Manifest | undefined,
  restore: PlistValue | undefined,
  hasVmFiles: boolean,
): RestoreImage {
  const version = manifest?.productVersion ?? textAt(restore, 'ProductVersion');
  const build = manifest?.build ?? textAt(restore, 'ProductBuildVersion');
  if (version === undefined || !isVersion(version) || build === undefined || build.length > 20) {
    throw noImage(source);
  }
  const listed = manifest?.products ?? [];
  const products =
    listed.length > 0
      ? listed
      : listAt(restore, 'SupportedProductTypes').filter((each) => typeof each === 'string');
  const forVms = manifest?.forVms ?? (hasVmFiles || products.includes(virtualMac));
  return {
    location: source.location,
    from: source.kind,
    version,
    build,
    kind: parseBuild(build)?.kind,
    listedAsRelease: false,
    products,
    forVms,
    device: forVms ? undefined : deviceWords(products),
    requires: manifest?.requires ?? nothingStated(),
    size: source.size,
    systemDiskBytes: manifest?.systemDiskBytes,
    validator: source.validator,
    counts: source.counts(),
  };
}

function nothingStated(): Requirements {
  const none: Fact<never> = unknown('the image has no BuildManifest.plist', 'the image');
  return { mobileDevice: none, host: none, cpus: none, memoryMiB: none };
}

function noImage(source: Source): TorporError {
  return new TorporError(
    'IMAGE_INVALID',
    `The file is a zip archive, but no restore image of an Apple device.`,
    {
      details: { location: source.location },
      hint: 'Restore images usually end in .ipsw; “UniversalMac” images are those of macOS.',
    },
  );
}
