import { z } from 'zod';
import { cutText } from '../tables/cutText.ts';
import { removeRows } from '../tables/remove.ts';
import { readRange, readRow, type StoredRow } from '../tables/rows.ts';
import { fromSplitText, splitTextOf, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { orderOf, packedUserSchema, packUser, type SnapshotUser, unpackUser } from './snapshotUser.ts';
import { countFacets, type FacetCounts } from './userFacets.ts';

/** The number of users by the key of their facets. */
export const facetsSchema = z.record(z.string(), z.number());

/** A complete snapshot. */
const manifestSchema = z.object({
  id: z.string(),
  /** When the listing of its sweep began, ISO 8601: users are shown as they were then, or later. */
  asOf: z.string(),
  parts: z.number(),
  counts: facetsSchema,
});
export type Manifest = z.infer<typeof manifestSchema>;

/** What a part of a snapshot has, without its users. */
export interface PartSummary {
  readonly part: number;
  /** The order of its first user (`orderOf`). */
  readonly first: string;
  readonly counts: FacetCounts;
}

/** Users in a row. A page of 100 reads a row, so a larger one would be read in vain. */
export const USERS_PER_PART = 500;

/** A name of a user is shorter, with the id. */
const FIRST_MAX_LENGTH = 1_000;

const MANIFEST = 'manifest';
const PART = 'part-';

/**
 * The users of the tenant as completed sweeps saw them: table `snapshots`, partition = sweep id. The row `manifest` is
 * written last, and says how many parts the snapshot has. Each row `part-NUMBER` has up to 500 users, sorted by name, and
 * how many of them have which properties: so a reader leaves out parts without a match.
 */
export class SnapshotStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Stores a part, or replaces it. Returns the counts of its users. */
  async putPart(id: string, part: number, users: readonly SnapshotUser[]): Promise<FacetCounts> {
    const counts = countFacets(users);
    const [first] = users;
    await (await this.#open('snapshots')).upsertEntity(
      {
        partitionKey: id,
        rowKey: partKey(part),
        first: first === undefined ? '' : cutText(orderOf(first), FIRST_MAX_LENGTH),
        ...toSplitText('counts', counts),
        ...toSplitText('users', users.map(packUser)),
      },
      'Replace',
    );
    return counts;
  }

  /** Completes a snapshot. */
  async complete(manifest: Manifest): Promise<void> {
    const row = { partitionKey: manifest.id, rowKey: MANIFEST, ...toSplitText('manifest', manifest) };
    await (await this.#open('snapshots')).upsertEntity(row, 'Replace');
  }

  /** A complete snapshot; undefined when it is not stored. */
  async manifest(id: string): Promise<Manifest | undefined> {
    const row = await readRow(await this.#open('snapshots'), id, MANIFEST);
    return row && manifestSchema.parse(fromSplitText('manifest', row));
  }

  /** The summaries of the parts from one on, a thousand with each request. */
  async *summaries(id: string, from: number): AsyncGenerator<PartSummary> {
    const select = ['RowKey', 'first', 'counts0', 'counts1'];
    const range = { from: partKey(from), to: `${PART}~`, select };
    for await (const row of readRange(await this.#open('snapshots'), id, range))
      yield {
        part: partOf(row),
        first: String(row.first),
        counts: facetsSchema.parse(fromSplitText('counts', row)),
      };
  }

  /**
   * The users of neighbouring parts, each with its number, from `from` to `to` inclusive.
   * @param range.text users of a part without this text (in lower case) are not read: most of the time of a search is for
   * reading users
   */
  async *parts(
    id: string,
    { from, to, text = '' }: { readonly from: number; readonly to: number; readonly text?: string },
  ): AsyncGenerator<{ readonly part: number; readonly users: readonly SnapshotUser[] }> {
    const range = { from: partKey(from), to: partKey(to + 1), pageSize: to - from + 1 };
    const written = JSON.stringify(text).slice(1, -1);
    for await (const row of readRange(await this.#open('snapshots'), id, range)) {
      const mayMatch = text === '' || splitTextOf('users', row).toLowerCase().includes(written);
      const users = mayMatch ? z.array(packedUserSchema).parse(fromSplitText('users', row)) : [];
      yield { part: partOf(row), users: users.map(unpackUser) };
    }
  }

  /** Removes all snapshots but these, also those of sweeps that broke off. */
  async removeOthers(kept: readonly string[]): Promise<void> {
    const table = await this.#open('snapshots');
    const { odata } = await import('@azure/data-tables');
    const filter = kept.map((id) => odata`PartitionKey ne ${id}`).join(' and ');
    const queryOptions = { filter, select: ['PartitionKey', 'RowKey'] };
    const pages = table.listEntities<StoredRow & { readonly partitionKey: string }>({ queryOptions }).byPage();
    for await (const rows of pages) {
      const keys = new Map<string, string[]>();
      for (const { partitionKey, rowKey } of rows) keys.set(partitionKey, [...(keys.get(partitionKey) ?? []), rowKey]);
      // The manifest comes first: a snapshot without one is not read.
      for (const [id, found] of keys) await removeRows(table, id, found.sort());
    }
  }
}

function partKey(part: number): string {
  return `${PART}${String(part).padStart(6, '0')}`;
}

function partOf({ rowKey }: StoredRow): number {
  return Number(rowKey.slice(PART.length));
}
