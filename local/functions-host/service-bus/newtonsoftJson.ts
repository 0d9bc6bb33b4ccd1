/** The deepest nesting that Newtonsoft.Json reads. */
const MAX_DEPTH = 64;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['undefined', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * Reads a JSON object as Newtonsoft.Json does, which takes more than JSON: single quotes, names without quotes,
 * comments, a trailing comma, `NaN`, `Infinity` and `undefined`. Of names that repeat, the last one counts.
 * @returns the properties in their order
 * @throws SyntaxError when even that is not enough
 */
export function parseNewtonsoftObject(text: string): Map<string, unknown> {
  const reader = new Reader(text);
  const value = reader.object(1);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  object(depth: number): Map<string, unknown> {
    const properties = new Map<string, unknown>();
    this.#expect('{', depth);
    while (!this.#accept('}')) {
      const name = this.#name();
      this.#expect(':', depth);
      properties.set(name, this.#value(depth));
      if (!this.#accept(',') && this.#peek() !== '}') throw this.#unexpected();
    }
    return properties;
  }

  /** @throws SyntaxError when something other than space and comments follows */
  end(): void {
    if (this.#peek() !== '') throw this.#unexpected();
  }

  #value(depth: number): unknown {
    const next = this.#peek();
    if (next === '{') return Object.fromEntries(this.object(depth + 1));
    if (next === '[') return this.#array(depth + 1);
    if (next === '"' || next === "'") return this.#quoted();
    const word = this.#match(/[-+.\w]+/y);
    if (WORDS.has(word)) return WORDS.get(word);
    if (/^(-?\d+\.?\d*([eE][-+]?\d+)?|-?\.\d+([eE][-+]?\d+)?|0[xX][\da-fA-F]+)$/.test(word)) return Number(word);
    throw this.#unexpected();
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#expect('[', depth);
    while (!this.#accept(']')) {
      items.push(this.#value(depth));
      if (!this.#accept(',') && this.#peek() !== ']') throw this.#unexpected();
    }
    return items;
  }

  #name(): string {
    const next = this.#peek();
    return next === '"' || next === "'" ? this.#quoted() : this.#match(/[\p{L}\p{N}_$]+/uy);
  }

  #quoted(): string {
    const quote = this.#text[this.#at++];
    let value = '';
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined) throw this.#unexpected();
      if (character === quote) return value;
      value += character === '\\' ? this.#escaped() : character;
    }
  }

  #escaped(): string {
    const character = this.#text[this.#at++];
    if (character === 'u') return String.fromCharCode(Number.parseInt(this.#match(/[\da-fA-F]{4}/y), 16));
    if (character !== undefined && character in ESCAPES) return ESCAPES[character] as string;
    if (character !== undefined && '"\'\\/'.includes(character)) return character;
    throw this.#unexpected();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw this.#unexpected();
    this.#at += found.length;
    return found;
  }

  #expect(character: string, depth: number): void {
    if (depth > MAX_DEPTH || !this.#accept(character)) throw this.#unexpected();
  }

  #accept(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at++;
    return true;
  }

  /** The next character that is neither space nor part of a comment; an empty string at the end. */
  #peek(): string {
    const skipped = /(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\r\n]*)*/y;
    skipped.lastIndex = this.#at;
    skipped.exec(this.#text);
    this.#at = Math.max(this.#at, skipped.lastIndex);
    return this.#text[this.#at] ?? '';
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`Unexpected text at position ${this.#at}.`);
  }
}
