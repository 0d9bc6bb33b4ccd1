import { mapElements } from './sections.ts';
import { decodeValue } from './values.ts';

/** A property's value as its client encoded it: written again as it is, it keeps its type. */
export class EncodedValue {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get value(): unknown {
    return decodeValue(this.bytes);
  }
}

/** The entries of an encoded map, by name. Empty when there is no map. */
export function encodedEntries(map: Buffer | undefined): Record<string, EncodedValue> {
  const elements = map === undefined ? [] : mapElements(map);
  const entries: Record<string, EncodedValue> = Object.create(null);
  for (let index = 0; index + 1 < elements.length; index += 2) {
    // The bytes are copied, so that they do not keep those around them in memory.
    const value = new EncodedValue(Buffer.from(elements[index + 1] as Buffer));
    entries[String(decodeValue(elements[index] as Buffer))] = value;
  }
  return entries;
}
