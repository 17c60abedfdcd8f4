/** BuildManifest.plist and Restore.plist of the structure Apple's have, made up content aside. */

import { createHash } from 'node:crypto';

export interface ManifestSpec {
  readonly version: string;
  readonly build: string;
  readonly mobileDevice?: string | undefined;
  readonly host?: string | undefined;
  readonly cpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  /** Product types beside VirtualMac2,1, each with three identities. */
  readonly models?: readonly string[];
  readonly vm?: boolean;
  /** Components with digests in each identity; a real image has some 45. */
  readonly components?: number;
}

export type Plain =
  | string
  | number
  | boolean
  | Uint8Array
  | Date
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

const variants = [
  ['Customer Erase Install (IPSW)', 'Erase'],
  ['Customer Upgrade Install (IPSW)', 'Update'],
  ['macOS Customer', 'Erase'],
] as const;

export function manifestOf(spec: ManifestSpec): Plain {
  const models = spec.models ?? ['Mac13,1', 'Mac14,2'];
  const all = spec.vm === false ? models : ['VirtualMac2,1', ...models];
  return {
    BuildIdentities: all.flatMap((model) =>
      variants.map(([variant, behaviour]) => identity(spec, model, variant, behaviour)),
    ),
    ManifestVersion: 0,
    ProductBuildVersion: spec.build,
    ProductVersion: spec.version,
    SupportedProductTypes: all,
  };
}

function identity(spec: ManifestSpec, model: string, variant: string, behaviour: string): Plain {
  const vm = model === 'VirtualMac2,1';
  const components: Record<string, Plain> = {};
  for (let index = 0; index < (spec.components ?? 3); index += 1) {
    components[`Component${index}`] = {
      Digest: createHash('sha384').update(`${model}${variant}${index}`).digest(),
      Info: { IsFTAB: false, Path: `Firmware/${model}/component-${index}.im4p` },
      Trusted: true,
    };
  }
  return {
    'Ap,ProductType': model,
    'Ap,Target': vm ? 'VMA2MACOSAP' : 'J123AP',
    ApBoardID: '0x20',
    ApChipID: vm ? '0xFE00' : '0x6000',
    Info: {
      BuildNumber: spec.build,
      BuildTrain: 'ExampleTrain',
      DeviceClass: vm ? 'vma2macosap' : 'j123ap',
      MinimumSystemPartition: 11944,
      MobileDeviceMinVersion: spec.mobileDevice,
      OSDiskImageSize: 12434,
      RestoreBehavior: behaviour,
      Variant: variant,
      VariantContents: { OS: 'macOS', Firmware: 'release' },
      ...(vm
        ? {
            VirtualMachineMinCPUCount: spec.cpus,
            VirtualMachineMinHostOS: spec.host,
            VirtualMachineMinMemorySizeMB: spec.memoryMiB,
          }
        : {}),
    },
    Manifest: components,
  };
}

export function restoreListOf(spec: ManifestSpec): Plain {
  return {
    DeviceMap: [{ BDID: 32, BoardConfig: 'vma2macosap', CPID: 65024, Platform: 'vma2' }],
    ProductBuildVersion: spec.build,
    ProductVersion: spec.version,
    SupportedProductTypes: spec.vm === false ? ['iPhone17,1'] : ['VirtualMac2,1'],
  };
}

export function xmlPlist(value: Plain): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${element(value)}
</plist>
`;
}

function element(value: Plain): string {
  if (typeof value === 'string') return `<string>${escaped(value)}</string>`;
  if (typeof value === 'number') return `<integer>${value}</integer>`;
  if (typeof value === 'boolean') return value ? '<true/>' : '<false/>';
  if (value instanceof Date) return `<date>${value.toISOString().slice(0, 19)}Z</date>`;
  if (value instanceof Uint8Array) {
    return `<data>\n${Buffer.from(value).toString('base64')}\n</data>`;
  }
  if (Array.isArray(value)) return `<array>\n${value.map(element).join('\n')}\n</array>`;
  const pairs = Object.entries(value).flatMap(([key, inner]) =>
    inner === undefined ? [] : [`<key>${escaped(key)}</key>\n${element(inner)}`],
  );
  return `<dict>\n${pairs.join('\n')}\n</dict>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
