/** What an image that is not for virtual machines is for, from Apple's product types. */
const families: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^iPhone\d/, 'an iPhone'],
  [/^iPad\d/, 'an iPad'],
  [/^iPod\d/, 'an iPod touch'],
  [/^Watch\d/, 'an Apple Watch'],
  [/^AppleTV\d/, 'an Apple TV'],
  [/^AudioAccessory\d/, 'a HomePod'],
  [/^RealityDevice\d/, 'an Apple Vision Pro'],
  [/^AppleDisplay\d/, 'an Apple display'],
  [/^iBridge\d/, 'the T2 chip of an Intel Mac'],
  [
    /^(Mac|MacBook|MacBookAir|MacBookPro|Macmini|MacPro|iMac|iMacPro)\d/,
    'Macs only, not virtual machines',
  ],
];

/** The product type of every macOS virtual machine. */
export const virtualMac = 'VirtualMac2,1';

/** Completes "This image is for ...". */
export function deviceWords(products: readonly string[]): string {
  const found = new Set(
    products.map((product) => families.find(([pattern]) => pattern.test(product))?.[1]),
  );
  const [only] = found;
  if (found.size === 1 && only !== undefined) return only;
  return products.length === 0
    ? 'an unknown device'
    : `other devices (${products.slice(0, 3).join(', ')}${products.length > 3 ? ' and more' : ''})`;
}
