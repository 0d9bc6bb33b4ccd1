/**
 * Encoded AMQP messages cut into their parts, without decoding them: what a sender wrote reaches the receiver byte by
 * byte, except for the parts that belong to the broker.
 */

/** The sections of one message, each with its descriptor. Delivery annotations are for one hop only and left out. */
export interface Sections {
  readonly header?: Buffer;
  readonly annotations?: Buffer;
  readonly properties?: Buffer;
  readonly applicationProperties?: Buffer;
  /** Body sections and footer, in their order. */
  readonly body: readonly Buffer[];
}

const DESCRIBED = 0x00;
const SMALL_ULONG = 0x53;
const ULONG = 0x80;
const LIST_EMPTY = 0x45;
const MAPS = new Set([0xc1, 0xd1]);

/**
 * Cuts an encoded message into its sections.
 * @throws Error when the bytes are no message.
 */
export function splitSections(message: Buffer): Sections {
  const sections: { -readonly [K in keyof Sections]: Sections[K] } = { body: [] };
  const body: Buffer[] = [];
  for (let start = 0; start < message.length; ) {
    const end = endOfValue(message, start);
    if (message[start] !== DESCRIBED || end > message.length) throw new Error('The message is not valid AMQP.');
    const section = message.subarray(start, end);
    switch (sectionCode(section)) {
      case 0x70:
        sections.header = section;
        break;
      case 0x71:
        break;
      case 0x72:
        sections.annotations = section;
        break;
      case 0x73:
        sections.properties = section;
        break;
      case 0x74:
        sections.applicationProperties = section;
        break;
      case 0x75:
      case 0x76:
      case 0x77:
      case 0x78:
        body.push(section);
        break;
      default:
        throw new Error('The message has a section that AMQP does not know.');
    }
    start = end;
  }
  sections.body = body;
  return sections;
}

/** The elements of a section that is a list or a map (keys and values in turn), each one encoded. */
export function sectionElements(section: Buffer): Buffer[] {
  return elementsAt(section, valueOfSection(section));
}

/** Keys and values in turn of an encoded map; nothing when the value is no map. */
export function mapElements(value: Buffer): Buffer[] {
  return MAPS.has(value[0] as number) ? elementsAt(value, 0) : [];
}

function elementsAt(bytes: Buffer, start: number): Buffer[] {
  const code = bytes[start] as number;
  if (code === LIST_EMPTY) return [];
  const isLarge = code >> 4 === 0xd;
  const count = isLarge ? bytes.readUInt32BE(start + 5) : bytes.readUInt8(start + 2);
  const elements: Buffer[] = [];
  let position = start + (isLarge ? 9 : 3);
  for (let index = 0; index < count; index++) {
    const end = endOfValue(bytes, position);
    elements.push(bytes.subarray(position, end));
    position = end;
  }
  return elements;
}

/** The bytes in a data section. */
export function dataOf(section: Buffer): Buffer {
  const start = valueOfSection(section);
  return section.subarray(start + (section[start] === 0xa0 ? 2 : 5));
}

/** A section that is a list or a map of already encoded elements. */
export function encodeSection(code: number, kind: 'list' | 'map', elements: readonly Buffer[], count: number): Buffer {
  const start = Buffer.allocUnsafe(12);
  start[0] = DESCRIBED;
  start[1] = SMALL_ULONG;
  start[2] = code;
  start[3] = kind === 'list' ? 0xd0 : 0xd1;
  let size = 4;
  for (const element of elements) size += element.length;
  start.writeUInt32BE(size, 4);
  start.writeUInt32BE(count, 8);
  return Buffer.concat([start, ...elements], size + 8);
}

/** Symbols are allowed where numbers are, but no Service Bus client uses them. */
function sectionCode(section: Buffer): number | undefined {
  if (section[1] === SMALL_ULONG) return section[2];
  if (section[1] === ULONG) return Number(section.readBigUInt64BE(2));
  return undefined;
}

/** The position at which the value of a section begins. */
export function valueOfSection(section: Buffer): number {
  return endOfValue(section, 1);
}

/**
 * The end of the value that starts at a position. The width follows from the upper half of its constructor (AMQP, part
 * 1.2).
 */
function endOfValue(bytes: Buffer, start: number): number {
  const code = bytes.readUInt8(start);
  const position = start + 1;
  if (code === DESCRIBED) return endOfValue(bytes, endOfValue(bytes, position));
  switch (code >> 4) {
    case 0x4:
      return position;
    case 0x5:
      return position + 1;
    case 0x6:
      return position + 2;
    case 0x7:
      return position + 4;
    case 0x8:
      return position + 8;
    case 0x9:
      return position + 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return position + 1 + bytes.readUInt8(position);
    case 0xb:
    case 0xd:
    case 0xf:
      return position + 4 + bytes.readUInt32BE(position);
    default:
      throw new Error(`0x${code.toString(16)} is not the start of an AMQP value.`);
  }
}
