import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { TorporError } from '../../core/errors.ts';
import type { PlistBounds, PlistValue } from './plist-value.ts';

/** Where a value stands: the keys above it; entries of arrays add nothing. */
export type Skip = (path: readonly string[]) => boolean;

interface Container {
  readonly value: Map<string, PlistValue> | PlistValue[];
  key: string | undefined;
}

const longestText = 1 << 20;

/** Characters that stay in memory; a manifest without its digests has some 300 000. */
const mostKept = 4 << 20;
const containers = new Set(['dict', 'array']);
const leaves = new Set(['key', 'string', 'integer', 'real', 'true', 'false', 'date', 'data']);

/**
 * Reads an XML property list from chunks as they come, so that the whole text is never in memory.
 * What `skip` names is checked for form and counted, but not kept: a manifest is nine tenths
 * digests that nobody here reads.
 *
 * saxes reports document types as text and knows only XML's own five entities, so entities of a
 * list's own, and with them the expansion bombs, are errors. Throws IMAGE_INVALID for whatever is
 * not a property list or is beyond `bounds`.
 */
export async function parseXmlPlist(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bounds: PlistBounds,
  skip: Skip = () => false,
): Promise<PlistValue> {
  const builder = new Builder(bounds, skip);
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw invalid(`it is not well-formed XML (${error.message.slice(0, 120)})`);
  });
  // saxes keeps a comment, an attribute or a text until it ends, so none may be endless.
  let pending = 0;
  const ended = (): void => {
    pending = 0;
  };
  parser.on('opentag', (tag) => {
    ended();
    builder.open(tag.name);
  });
  parser.on('closetag', (tag) => {
    ended();
    builder.close(tag.name);
  });
  parser.on('text', (text) => {
    ended();
    builder.text(text);
  });
  parser.on('cdata', (text) => {
    ended();
    builder.text(text);
  });
  parser.on('comment', ended);

  const decoder = new StringDecoder('utf8');
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > bounds.bytes) throw invalid(`it is larger than ${bounds.bytes} bytes`);
    pending += chunk.byteLength;
    parser.write(decoder.write(chunk));
    if (pending > longestText) throw invalid(`a piece of it is longer than ${longestText} bytes`);
  }
  parser.write(decoder.end());
  parser.close();
  return builder.result();
}

class Builder {
  readonly #bounds: PlistBounds;
  readonly #skip: Skip;
  readonly #stack: Container[] = [];
  readonly #path: string[] = [];
  #skipDepth = 0;
  #values = 0;
  #leaf: string | undefined;
  #text = '';
  #kept = 0;
  #inPlist = false;
  #root: PlistValue | undefined;

  constructor(bounds: PlistBounds, skip: Skip) {
    this.#bounds = bounds;
    this.#skip = skip;
  }

  open(name: string): void {
    if (!this.#inPlist) {
      if (name !== 'plist') throw invalid(`it starts with <${name.slice(0, 40)}>, not <plist>`);
      this.#inPlist = true;
      return;
    }
    if (this.#leaf !== undefined) throw invalid(`<${name.slice(0, 40)}> stands inside a value`);
    this.#values += 1;
    if (this.#values > this.#bounds.values) {
      throw invalid(`it holds more than ${this.#bounds.values} values`);
    }
    if (containers.has(name)) this.#enter(name);
    else if (leaves.has(name)) this.#leaf = name;
    else throw invalid(`<${name.slice(0, 40)}> is no element of a property list`);
  }

  close(name: string): void {
    if (name === 'plist') {
      this.#inPlist = false;
      return;
    }
    if (this.#leaf === undefined) {
      this.#leave();
      return;
    }
    const text = this.#text;
    this.#leaf = undefined;
    this.#text = '';
    if (this.#skipDepth > 0) return;
    if (name === 'key') this.#setKey(text);
    else this.#add(leafValue(name, text));
  }

  text(text: string): void {
    if (this.#leaf !== undefined) {
      if (this.#skipDepth > 0) return;
      if (this.#text.length + text.length > longestText) {
        throw invalid(`a value is longer than ${longestText} characters`);
      }
      this.#kept += text.length;
      if (this.#kept > mostKept) throw invalid('it holds too much text');
      this.#text += text;
    } else if (text.trim() !== '') {
      throw invalid('it has text outside its values');
    }
  }

  result(): PlistValue {
    if (this.#root === undefined) throw invalid('it is empty');
    return this.#root;
  }

  #enter(name: string): void {
    if (this.#stack.length + this.#skipDepth >= this.#bounds.depth) {
      throw invalid(`it is nested deeper than ${this.#bounds.depth} levels`);
    }
    const key = this.#stack.at(-1)?.key;
    const path = key === undefined ? this.#path : [...this.#path, key];
    if (this.#skipDepth > 0 || (this.#stack.length > 0 && this.#skip(path))) {
      this.#skipDepth += 1;
      return;
    }
    if (key !== undefined) this.#path.push(key);
    this.#stack.push({ value: name === 'dict' ? new Map() : [], key: undefined });
  }

  #leave(): void {
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      const parent = this.#stack.at(-1);
      if (this.#skipDepth === 0 && parent !== undefined) parent.key = undefined;
      return;
    }
    const ended = this.#stack.pop();
    if (ended === undefined) throw invalid('an element ends that never began');
    if (ended.key !== undefined) throw invalid('a key has no value');
    const parent = this.#stack.at(-1);
    if (parent?.key !== undefined) this.#path.pop();
    this.#add(ended.value);
  }

  #setKey(key: string): void {
    const parent = this.#stack.at(-1);
    if (!(parent?.value instanceof Map)) throw invalid('a key stands outside a dictionary');
    if (parent.key !== undefined) throw invalid('a key has no value');
    parent.key = key;
  }

  #add(value: PlistValue): void {
    const parent = this.#stack.at(-1);
    if (parent === undefined) {
      if (this.#root !== undefined) throw invalid('it holds more than one value');
      this.#root = value;
    } else if (parent.value instanceof Map) {
      if (parent.key === undefined) throw invalid('a value in a dictionary has no key');
      parent.value.set(parent.key, value);
      parent.key = undefined;
    } else {
      parent.value.push(value);
    }
  }
}

function leafValue(name: string, text: string): PlistValue {
  switch (name) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'integer':
    case 'real': {
      const number = Number(text.trim());
      if (text.trim() === '' || Number.isNaN(number)) throw invalid('a number cannot be read');
      return number;
    }
    case 'date': {
      const date = new Date(text.trim());
      if (Number.isNaN(date.getTime())) throw invalid('a date cannot be read');
      return date;
    }
    case 'data':
      return Buffer.from(text, 'base64');
    default:
      return text;
  }
}

function invalid(what: string): TorporError {
  return new TorporError('IMAGE_INVALID', `The property list cannot be used: ${what}.`);
}
