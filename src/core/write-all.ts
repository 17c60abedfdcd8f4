import type { FileHandle } from 'node:fs/promises';

/** Writes all of `bytes` at `position`: one write may take only a part. Throws the system's error; a part may then be written. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const { bytesWritten } = await file.write(
      bytes,
      offset,
      bytes.length - offset,
      position + offset,
    );
    offset += bytesWritten;
  }
}
