import { z } from 'zod';
import { LANES, laneName } from '../domain/lane.ts';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import { fieldOf } from '../fieldOf.ts';
import { removeRows } from '../tables/remove.ts';
import { readRange, readRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import type { UserRow } from './userRow.ts';

const storedSchema = z.array(z.tuple([z.string(), mfaStateSchema, z.string(), z.string()]));

/** The state of a user that this service has written or read since a snapshot. Times are ISO 8601. */
export interface ChangedUser {
  readonly id: string;
  readonly state: MfaState;
  readonly at: string;
  /** Empty for a user who is not enabled. */
  readonly enabledSince: string;
}

/** After `~` no object id sorts, so readers of the users' rows, which end there, do not read these. */
const PREFIX = '~changed-';

/**
 * The row that notes changed users beside their own rows, in the same transaction: table `users`, partition = lane, row
 * key = `~changed-`, time and the first user. So a list shows changes that are newer than its snapshot, and reads no row
 * of a user who was not changed.
 * @returns undefined when no state is new
 */
export function changeNote(lane: string, rows: readonly UserRow[]) {
  const changed = rows.flatMap(({ id, state, stateAt, enabledSince }) =>
    state === null || stateAt === '' ? [] : [[id, state, stateAt, enabledSince] as const],
  );
  const [first] = changed;
  if (first === undefined) return undefined;
  const newest = changed
    .map(([, , at]) => at)
    .sort()
    .at(-1);
  return { partitionKey: lane, rowKey: `${PREFIX}${newest}_${first[0]}`, ...toSplitText('changed', changed) };
}

/** Reads and removes the notes about changed users. */
export class ChangedUsers {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** The users whose state was written or read since a time (ISO 8601), by object id; the newest note counts. */
  async since(time: string): Promise<ReadonlyMap<string, ChangedUser>> {
    const changed = new Map<string, ChangedUser>();
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        const range = { from: `${PREFIX}${time}`, to: `${PREFIX}~` };
        for await (const row of readRange(await this.#open('users'), laneName(lane), range))
          for (const [id, state, at, enabledSince] of storedSchema.parse(fromSplitText('changed', row)))
            if (at >= (changed.get(id)?.at ?? '')) changed.set(id, { id, state, at, enabledSince });
      }),
    );
    return changed;
  }

  /** The name under which the last sweep listed a user; undefined for a user that no sweep has listed. */
  async nameOf(lane: string, id: string): Promise<string | undefined> {
    const row = await readRow(await this.#open('users'), lane, id);
    // The column of the registration sweep (shared/registration/userHistory.ts).
    const history: unknown = typeof row?.followUp === 'string' ? JSON.parse(row.followUp) : undefined;
    const name = fieldOf(history, 'name');
    return typeof name === 'string' ? name : undefined;
  }

  /** Removes notes from before a time (ISO 8601), which no snapshot needs. */
  async forget(before: string): Promise<void> {
    const table = await this.#open('users');
    await Promise.all(
      Array.from({ length: LANES }, async (_, lane) => {
        const keys: string[] = [];
        const range = { from: PREFIX, to: `${PREFIX}${before}`, select: ['RowKey'] };
        for await (const row of readRange(table, laneName(lane), range)) keys.push(row.rowKey);
        await removeRows(table, laneName(lane), keys);
      }),
    );
  }
}
