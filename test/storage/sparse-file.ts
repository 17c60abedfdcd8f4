// Sparse files of any shape, for property tests.
import { open } from 'node:fs/promises';
import * as fc from 'fast-check';

export interface Piece {
  readonly offset: number;
  readonly length: number;
  /** 0 writes zeros: data to the file system, a hole to anybody who compares contents. */
  readonly value: number;
}

export interface SparseFile {
  readonly size: number;
  readonly pieces: readonly Piece[];
}

const block = 4096;
const largest = 256 * block;

/** Sizes and offsets on block borders as often as beside them: that is where mistakes are made. */
const place = fc.oneof(
  fc.nat(largest),
  fc.nat(largest / block).map((count) => count * block),
);

export const sparseFiles: fc.Arbitrary<SparseFile> = fc.record({
  size: place,
  pieces: fc.array(
    fc.record({
      offset: place,
      length: fc.integer({ min: 1, max: 20 * block }),
      value: fc.nat(255),
    }),
    { maxLength: 12 },
  ),
});

/** Writes the file with holes wherever no piece is, and returns its contents. */
export async function writeSparse(path: string, { size, pieces }: SparseFile): Promise<Buffer> {
  const contents = Buffer.alloc(size);
  const file = await open(path, 'w');
  try {
    await file.truncate(size);
    for (const { offset, length, value } of pieces) {
      const bytes = Math.min(length, size - offset);
      if (bytes <= 0) continue;
      contents.fill(value, offset, offset + bytes);
      await file.write(contents, offset, bytes, offset);
    }
  } finally {
    await file.close();
  }
  return contents;
}
