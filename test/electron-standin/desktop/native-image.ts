import { existsSync, readFileSync } from 'node:fs';

/** PNGs only; pixels are kept, never changed. */
export class NativeImage {
  readonly #png: Buffer;
  #isTemplate = false;
  readonly #factors = new Map<number, Buffer>();

  constructor(png: Buffer = Buffer.alloc(0)) {
    this.#png = png;
  }
  isEmpty = () => this.#png.length === 0;
  toPNG = () => this.#png;
  toDataURL = () => `data:image/png;base64,${this.#png.toString('base64')}`;
  getSize = () =>
    this.isEmpty()
      ? { width: 0, height: 0 }
      : { width: this.#png.readUInt32BE(16), height: this.#png.readUInt32BE(20) };
  getAspectRatio(): number {
    const { width, height } = this.getSize();
    return height === 0 ? 1 : width / height;
  }
  getScaleFactors = () => [1, ...this.#factors.keys()];
  addRepresentation(part: { readonly scaleFactor?: number; readonly buffer?: Buffer }): void {
    if (part.buffer) this.#factors.set(part.scaleFactor ?? 1, part.buffer);
  }
  isTemplateImage = () => this.#isTemplate;
  setTemplateImage(on: boolean): void {
    this.#isTemplate = on;
  }
  resize(): this {
    return this;
  }
}

export const nativeImage = {
  createEmpty: () => new NativeImage(),
  createFromBuffer: (buffer: Buffer) => new NativeImage(buffer),
  createFromDataURL: (url: string) =>
    new NativeImage(Buffer.from(url.split(',')[1] ?? '', 'base64')),
  /** Empty when there is no such file; takes `@2x` beside it; a name that ends in Template is one. */
  createFromPath(path: string): NativeImage {
    const image = new NativeImage(existsSync(path) ? readFileSync(path) : undefined);
    const double = path.replace(/\.png$/, '@2x.png');
    if (existsSync(double))
      image.addRepresentation({ scaleFactor: 2, buffer: readFileSync(double) });
    image.setTemplateImage(/Template(@\dx)?\.png$/.test(path));
    return image;
  },
};

/** Where Electron takes an image or a path; a path that is no image is an error. */
export function toImage(image: NativeImage | string): NativeImage {
  if (typeof image !== 'string') return image;
  const loaded = nativeImage.createFromPath(image);
  if (loaded.isEmpty()) throw new Error(`Failed to load image from path '${image}'`);
  return loaded;
}
