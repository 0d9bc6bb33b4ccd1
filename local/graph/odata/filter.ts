import { unsupportedQuery } from '../http/graphError.ts';

export type Operator = 'eq' | 'in' | 'ge' | 'le' | 'startswith';

/** The properties that a list can be filtered by, and how. */
export type Filterable = Readonly<Record<string, readonly Operator[]>>;

/** Reads a property of the item that is tested. */
type Read = (property: string) => unknown;

export interface Filter {
  matches(read: Read): boolean;
  /** Set when the whole filter is one `eq` or `in`, so that an index can answer it. */
  readonly exact?: { readonly property: string; readonly values: readonly unknown[] };
}

/** Graph accepts at most this many values in an expression. */
const MOST_VALUES = 15;

/**
 * Reads the part of OData's `$filter` that Graph's directory lists support: comparisons joined by `and`, `or` and
 * parentheses.
 * @throws GraphError 400 for anything else, for properties that cannot be filtered by, and for too many values.
 */
export function parseFilter(text: string, filterable: Filterable): Filter {
  const parser = new FilterParser(tokenize(text), filterable);
  return parser.parse();
}

function tokenize(text: string): string[] {
  const tokens = text.match(/'(?:[^']|'')*'|[(),]|[^\s(),']+/g) ?? [];
  if (tokens.join('').replace(/\s/g, '') !== text.replace(/\s/g, '')) throw invalid();
  return tokens;
}

function invalid(): Error {
  return unsupportedQuery('Invalid filter clause: the syntax is not supported.');
}

class FilterParser {
  readonly #tokens: readonly string[];
  readonly #filterable: Filterable;
  #position = 0;
  #values = 0;

  constructor(tokens: readonly string[], filterable: Filterable) {
    this.#tokens = tokens;
    this.#filterable = filterable;
  }

  parse(): Filter {
    const filter = this.#or();
    if (this.#position < this.#tokens.length) throw invalid();
    if (this.#values > MOST_VALUES) {
      throw unsupportedQuery(
        `Too many child clauses specified in search filter expression containing 'OR' operators: ${this.#values}. ` +
          `Max allowed: ${MOST_VALUES}.`,
      );
    }
    return filter;
  }

  #or(): Filter {
    return this.#joined('or', () => this.#joined('and', () => this.#term()));
  }

  #joined(word: 'and' | 'or', next: () => Filter): Filter {
    const terms = [next()];
    while (this.#peek()?.toLowerCase() === word) {
      this.#position++;
      terms.push(next());
    }
    if (terms.length === 1) return terms[0] as Filter;
    return {
      matches: (read) =>
        word === 'and' ? terms.every((term) => term.matches(read)) : terms.some((term) => term.matches(read)),
    };
  }

  #term(): Filter {
    if (this.#peek() === '(') {
      this.#expect('(');
      const inner = this.#or();
      this.#expect(')');
      return inner;
    }
    if (this.#peek()?.toLowerCase() === 'startswith') return this.#startsWith();
    const property = this.#next();
    const operator = this.#next().toLowerCase();
    this.#check(property, operator);
    if (operator === 'in') return equalsAny(property, this.#list());
    const value = this.#literal();
    if (operator === 'eq') return equalsAny(property, [value]);
    return {
      matches: (read) => {
        const difference = Date.parse(String(read(property))) - Date.parse(String(value));
        return operator === 'ge' ? difference >= 0 : difference <= 0;
      },
    };
  }

  #startsWith(): Filter {
    this.#position++;
    this.#expect('(');
    const property = this.#next();
    this.#check(property, 'startswith');
    this.#expect(',');
    const prefix = String(this.#literal()).toLowerCase();
    this.#expect(')');
    return { matches: (read) => String(read(property)).toLowerCase().startsWith(prefix) };
  }

  #list(): unknown[] {
    this.#expect('(');
    const values = [this.#literal()];
    while (this.#peek() === ',') {
      this.#position++;
      values.push(this.#literal());
    }
    this.#expect(')');
    return values;
  }

  #literal(): unknown {
    this.#values++;
    const token = this.#next();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    if (token === 'true' || token === 'false') return token === 'true';
    if (token === 'null') return null;
    if (/^\d/.test(token)) return token;
    throw invalid();
  }

  #check(property: string, operator: string): void {
    const operators: readonly string[] | undefined = Object.hasOwn(this.#filterable, property)
      ? this.#filterable[property]
      : undefined;
    if (operators?.includes(operator)) return;
    throw unsupportedQuery(`Unsupported or invalid query filter clause specified for property '${property}'.`);
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  #next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw invalid();
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw invalid();
  }
}

/** Graph compares strings without regard to case. */
function equalsAny(property: string, values: readonly unknown[]): Filter {
  const wanted = values.map(fold);
  return { matches: (read) => wanted.includes(fold(read(property))), exact: { property, values } };
}

function fold(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : (value ?? null);
}
