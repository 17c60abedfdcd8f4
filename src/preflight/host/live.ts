import { execFile } from 'node:child_process';
import { open, readdir, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf, TorporError } from '../../core/errors.ts';
import type { CommandResult, HostAccess } from './access.ts';

/** Apple's own folders only: what a person's PATH puts first must not answer for the system. */
const systemPath = '/usr/bin:/bin:/usr/sbin:/sbin';

const absent = new Set(['ENOENT', 'ENOTDIR']);

/** This computer. Reads only; commands run for 20 s at most. */
export function liveHost(): HostAccess {
  return {
    description: process.platform === 'darwin' ? 'this Mac' : 'this computer',
    platform: process.platform,
    readFile: readBounded,
    list: async (path) => {
      try {
        return await readdir(path);
      } catch (error) {
        if (absent.has(errnoOf(error) ?? '')) return undefined;
        throw error;
      }
    },
    run,
    freeSpace,
    reach: async (url) => {
      try {
        const response = await fetch(url, {
          method: 'HEAD',
          redirect: 'manual',
          signal: AbortSignal.timeout(15_000),
        });
        return response.status;
      } catch {
        // Nobody answering is what was asked about, not a failure of the question.
        return undefined;
      }
    },
  };
}

/** Throws IMAGE_INVALID for a file larger than `limit`: nothing a Mac keeps about itself is. */
export async function readBounded(path: string, limit: number): Promise<Buffer | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (absent.has(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size > limit) {
      throw new TorporError('IMAGE_INVALID', `${path} is larger than ${limit} bytes.`);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function run(command: string, args: readonly string[]): Promise<CommandResult | undefined> {
  const options = {
    timeout: 20_000,
    maxBuffer: 1 << 20,
    env: { PATH: systemPath, LC_ALL: 'C', HOME: process.env.HOME ?? '/' },
  };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout) => {
      if (error === null) resolve({ code: 0, output: stdout });
      else if (typeof error.code === 'number') resolve({ code: error.code, output: stdout });
      else resolve(undefined);
    });
  });
}

async function freeSpace(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(path);
    if (absent.has(errnoOf(error) ?? '') && parent !== path) return await freeSpace(parent);
    throw error;
  }
}
