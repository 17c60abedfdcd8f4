/**
 * The only way preflight touches a host: files, commands and the network, injected, so that a whole
 * host can be described by a folder (fixture.ts) and every fact tested on any computer.
 */
export interface HostAccess {
  /** For people: `this Mac`, or `the host described in DIR`. */
  readonly description: string;
  /** What the host runs; a described host is a Mac unless it says otherwise. */
  readonly platform: string;
  /** The file's bytes, at most `limit`; undefined when there is no such file; throws else. */
  readFile(path: string, limit: number): Promise<Buffer | undefined>;
  /** Names in a folder; undefined when there is no such folder. */
  list(path: string): Promise<readonly string[] | undefined>;
  /** Undefined when there is no such command, or it gives no answer in time. */
  run(command: string, args: readonly string[]): Promise<CommandResult | undefined>;
  /** Bytes this user can still write on the volume of `path`, or of its nearest parent that exists. */
  freeSpace(path: string): Promise<number | undefined>;
  /** Asks a web server for anything at all; the status, or undefined when nobody answers. */
  reach(url: string): Promise<number | undefined>;
}

export interface CommandResult {
  readonly code: number;
  readonly output: string;
}
