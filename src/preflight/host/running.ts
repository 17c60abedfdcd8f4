import { type Fact, known, unknown } from '../fact.ts';
import type { HostAccess } from './access.ts';
import { orUnknown } from './read-list.ts';
import { notAMac } from './system.ts';

/** macOS runs each guest of its Virtualization framework, macOS or Linux, in a process of this name. */
const guestProcess = /\/com\.apple\.Virtualization\.VirtualMachine$/;

/**
 * Guests of Apple's framework that run now, of all apps. Whether each is macOS cannot be told from
 * outside: the number is the most that there can be.
 */
export async function readRunningGuests(access: HostAccess): Promise<Fact<number>> {
  if (access.platform !== 'darwin') return notAMac(access);
  const source = 'ps -axo comm=';
  return await orUnknown(source, async () => {
    const result = await access.run('ps', ['-axo', 'comm=']);
    if (result?.code !== 0) return unknown('ps gave no answer', source);
    const lines = result.output.split('\n').map((line) => line.trim());
    return known(lines.filter((line) => guestProcess.test(line)).length, source);
  });
}
