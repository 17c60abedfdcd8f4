import { constants } from 'node:fs';
import { access, open, readFile, realpath, stat } from 'node:fs/promises';

/** What finding QEMU and its accelerators reads of the host; a test brings its own. */
export interface HostFiles {
  /** Whether `path` is a file this user may run. */
  isExecutable(path: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
  /** With symbolic links followed; throws when there is no such file. */
  realPath(path: string): Promise<string>;
  readText(path: string): Promise<string>;
  /** Opens for reading and writing, and closes again; throws the system's error. */
  tryReadWrite(path: string): Promise<void>;
}

export const hostFiles: HostFiles = {
  // A folder may be "executed" too: that means something else.
  isExecutable: async (path) =>
    (await succeeds(access(path, constants.X_OK))) && (await stat(path)).isFile(),
  exists: (path) => succeeds(access(path)),
  realPath: (path) => realpath(path),
  readText: (path) => readFile(path, 'utf8'),
  async tryReadWrite(path) {
    const file = await open(path, 'r+');
    await file.close();
  },
};

/** For questions whose every failure means "no": the file cannot be used, whatever the reason. */
function succeeds(attempt: Promise<void>): Promise<boolean> {
  return attempt.then(
    () => true,
    () => false,
  );
}
