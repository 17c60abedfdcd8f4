import { InvalidArgumentError } from '@commander-js/extra-typings';

const mebibyte = 1024 * 1024;

const factors: Readonly<Record<string, number>> = {
  K: 1 / 1024,
  M: 1,
  G: 1024,
  T: 1024 * 1024,
};

/** The MiB that `text` says: `2G`, `512M`, `1.5GiB`, `512`; undefined when it is no size. */
export function sizeInMiB(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)(?:i?B)?$/i.exec(text);
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  return Number(number) * (factors[unit.toUpperCase() || 'M'] ?? 1);
}

/** For commander: whole MiB of memory. */
export function parseMemory(text: string): number {
  const mebibytes = sizeInMiB(text);
  if (mebibytes === undefined) throw new InvalidArgumentError(`Sizes look like 2G or 512M.`);
  if (!Number.isInteger(mebibytes) || mebibytes < 1) {
    throw new InvalidArgumentError('It has to be a whole number of MiB.');
  }
  return mebibytes;
}

/** The bytes of an empty disk; undefined when `text` is no size, and so a file. */
export function diskBytes(text: string): number | undefined {
  const mebibytes = sizeInMiB(text);
  return mebibytes === undefined ? undefined : Math.ceil(mebibytes) * mebibyte;
}

/** For commander: a whole number of `min` or more, and no more than `max`. */
export function wholeNumber(min: number, max?: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= (max ?? number)) return number;
    const range = max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It has to be a whole number, ${range}.`);
  };
}
