import { BoundedMap } from '../../boundedMap.ts';
import { type ReadDigest, readDigest } from '../digest.ts';
import type { DigestStore } from '../digestStore.ts';

/** Digests that are kept in memory. Most rows of a day were recorded in the hours of the day. */
const MAX_KEPT = 48;

/** A digest as it is found. `rows` are the hashes of its rows by both keys. */
export type FoundDigest =
  | { readonly state: 'missing' | 'unreadable' }
  | ({ readonly state: 'found'; readonly rows: ReadonlyMap<string, string> } & ReadDigest);

/** The digests of the record, read on first use. */
export class DigestChain {
  readonly #digests: DigestStore;
  readonly #kept = new BoundedMap<string, Promise<FoundDigest>>(MAX_KEPT);
  /** The first and the last hour with a digest; undefined when there is none. */
  readonly first: string | undefined;
  readonly last: string | undefined;

  private constructor(digests: DigestStore, hours: readonly string[]) {
    this.#digests = digests;
    this.first = hours[0];
    this.last = hours.at(-1);
  }

  /** @param now the last hour is not later; ISO 8601 */
  static async open(digests: DigestStore, now: string): Promise<DigestChain> {
    return new DigestChain(
      digests,
      (await digests.hours()).filter((hour) => hour <= now),
    );
  }

  at(hour: string): Promise<FoundDigest> {
    const kept = this.#kept.get(hour) ?? this.#read(hour);
    this.#kept.set(hour, kept);
    return kept;
  }

  async #read(hour: string): Promise<FoundDigest> {
    const text = await this.#digests.read(hour);
    if (text === undefined) return { state: 'missing' };
    const read = readDigest(hour, text);
    if (read === undefined) return { state: 'unreadable' };
    const rows = new Map(read.digest.rows.map((row) => [placeOf(row.partitionKey, row.rowKey), row.sha256]));
    return { state: 'found', rows, ...read };
  }
}

/** Both keys of a row as one. */
export function placeOf(partitionKey: string, rowKey: string): string {
  return `${partitionKey}/${rowKey}`;
}
