import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/preflight/explain/explain.ts';
import { parseFrameworkError } from '../../src/preflight/explain/framework-error.ts';
import type { Explanation } from '../../src/preflight/explain/meaning.ts';
import { wordsFor } from '../../src/preflight/phrases.ts';
import { accessTo, readSituation } from '../../src/preflight/preflight.ts';
import { type HostSpec, writeHost } from './hosts/describe.ts';
import { type Folder, makeFolder } from './support/folder.ts';
import { type GuestSpec, imageOf } from './support/judging.ts';

let folder: Folder;
let nth = 0;
beforeAll(async () => {
  folder = await makeFolder();
});
afterAll(async () => await folder[Symbol.asyncDispose]());

const fifteen: HostSpec = { version: '15.6.1', build: '24G90', mobileDevice: '1774' };
const newer: GuestSpec = { version: '26.0', build: '25A354' };

const dump10 = `Error Domain=VZErrorDomain Code=10007 "An error occurred during installation. AMRestorePerformRestoreModeRestoreWithError failed with error: 10" UserInfo={NSUnderlyingError=0x600 {Error Domain=com.apple.MobileDevice.MobileRestore Code=-1 "x"}}`;

async function meaning(
  text: string,
  host: HostSpec,
  guest?: GuestSpec,
  signing = false,
): Promise<Explanation> {
  nth += 1;
  const root = await writeHost(folder.at(`host-${nth}`), host);
  const situation = await readSituation(await accessTo(root), {
    libraryPath: '/',
    askSigningServer: signing,
  });
  return explain(parseFrameworkError(text), {
    ...situation,
    image: guest === undefined ? undefined : imageOf(guest),
    words: wordsFor('direct', situation.table.coverage.released),
  });
}

describe('reading an error', () => {
  test.each([
    ['10006', 10006],
    [' VZErrorDomain 10007 ', 10007],
    ['code -1', -1],
    ['A software update is required to complete the installation.', 10006],
    ['Installation requires a software update.', 10006],
    ['The maximum supported number of active virtual machines has been reached', 6],
    ['Invalid virtual machine configuration. Unsupported "hardwareModel".', 2],
    [dump10, 10007],
  ])('%s', (text, code) => {
    expect(parseFrameworkError(text)).toMatchObject({ domain: 'VZErrorDomain', code });
  });

  test('keeps what lies under it', () => {
    const text =
      'Error Domain=VZErrorDomain Code=10007 "x" {Error Domain=AMRestoreErrorDomain Code=11 "y"}';
    expect(parseFrameworkError(text).underlying).toMatchObject([
      { domain: 'AMRestoreErrorDomain', code: 11 },
    ]);
  });

  test.each(['', 'it does not work', 'Domain=', 'x'.repeat(1_000_000)])(
    'refuses what is none',
    (text) => {
      expect(() => parseFrameworkError(text)).toThrow(/found no error/);
    },
  );
});

describe('10006', () => {
  test('on a Mac with old device support is certain, with the numbers and the way out', async () => {
    const result = await meaning('10006', fifteen, newer);
    expect(result).toMatchObject({
      error: 'VZErrorDomain 10006 (installationRequiresUpdate)',
      certainty: 'certain',
      because: ['The device support of this Mac is 1774; the image asks for 1810.'],
    });
    expect(result.remedy?.steps[0]?.text).toMatch(/Device Support for macOS 26/);
  });

  test('without an image still says what to do', async () => {
    const result = await meaning('10006', fifteen);
    expect(result.remedy?.steps[0]?.text).toMatch(/open it once/);
  });

  test('although the version is right now asks for a restart', async () => {
    const result = await meaning('10006', { ...fifteen, updatedMobileDevice: '1810' }, newer);
    expect(result.certainty).toBe('possible');
    expect(result.remedy?.steps[0]?.text).toMatch(/Restart this Mac/);
  });
});

describe('10007', () => {
  test('with error 10 is the host refused by the image', async () => {
    const host = { version: '26.5.1', build: '25F80', mobileDevice: '1840' };
    const result = await meaning(dump10, host);
    expect(result.sentence).toMatch(/This host version is unsupported/);
    expect(result.because.join(' ')).toMatch(/newer than what this Mac’s macOS brings/);
    expect(result.remedy?.steps[0]?.text).toMatch(/Update the macOS of this Mac/);
  });

  test('with error 11 is honest about not knowing', async () => {
    const result = await meaning(dump10.replace('error: 10', 'error: 11'), fifteen);
    expect(result.certainty).toBe('possible');
    expect(result.sentence).toMatch(/whose meaning nobody outside Apple knows/);
  });

  test('with a signing failure names the server', async () => {
    const text = 'Error Domain=VZErrorDomain Code=10007 tss_submit_job: SendHttpRequest failed 401';
    expect((await meaning(text, fifteen)).sentence).toMatch(/gs\.apple\.com/);
    const asked = await meaning('10007', { ...fifteen, signing: null }, undefined, true);
    expect(asked.sentence).toMatch(/gs\.apple\.com/);
  });

  test('with nothing under it says that the cause is not in the error', async () => {
    expect(await meaning('10007', fifteen)).toMatchObject({ certainty: 'unknown' });
  });
});

describe('other errors', () => {
  test('1 on macOS 12 during an installation is device support', async () => {
    const twelve = { version: '12.6', build: '21G115', mobileDevice: '1351' };
    const result = await meaning('1', twelve, { version: '13.2.1', build: '22D68' });
    expect(result.sentence).toMatch(/device support of this Mac is probably too old/);
    expect(await meaning('1', fifteen)).toMatchObject({ certainty: 'unknown' });
  });

  test('2 with the hardware model is a machine of a newer Mac', async () => {
    const text = 'Invalid virtual machine configuration. Unsupported "hardwareModel".';
    expect((await meaning(text, fifteen)).sentence).toMatch(/made on a newer macOS/);
    expect((await meaning('2', fifteen)).certainty).toBe('possible');
  });

  test('6 counts the machines that run now', async () => {
    const result = await meaning('6', { ...fifteen, runningGuests: 2 });
    expect(result.because).toEqual(['2 machines of Apple’s framework run at this moment.']);
  });

  test('12 tells another Mac from another configuration', async () => {
    const text = (reason: string): string => `Error Domain=VZErrorDomain Code=12 "${reason}"`;
    expect((await meaning(text('permission denied'), fifteen)).sentence).toMatch(/another Mac/);
    const invalid = await meaning(text('invalid argument'), fifteen);
    expect(invalid.sentence).toMatch(/configuration changed/);
    expect(invalid.certainty).toBe('certain');
  });

  test('a lost entitlement is recognised by its text', async () => {
    const text = 'The restore image failed to load. Unable to connect to installation service.';
    expect((await meaning(text, fifteen)).sentence).toMatch(/com\.apple\.security\.virtualization/);
  });

  test.each([3, 4, 5, 7, 8, 9, 10, 11, 10001, 10002, 10003, 10004, 10005])(
    '%d has a meaning and a remedy',
    async (code) => {
      const result = await meaning(String(code), fifteen);
      expect(result.certainty).not.toBe('unknown');
      expect(result.remedy?.steps.length).toBeGreaterThan(0);
    },
  );

  test.each(['4711', 'Error Domain=NSCocoaErrorDomain Code=4'])(
    '%s is said to be unknown',
    async (text) => {
      const result = await meaning(text, fifteen);
      expect(result.certainty).toBe('unknown');
      expect(result.sentence).toMatch(/does not know what this error means/);
    },
  );
});
