import type { Actor } from '../domain/operation.ts';
import { isObjectId } from '../domain/userReference.ts';
import { toError } from '../errors.ts';
import type { StoredRow } from '../tables/rows.ts';
import { fromSplitText, toSplitText } from '../tables/splitText.ts';
import type { OpenTable } from '../tables/tables.ts';
import { changeRow, type RowChange } from '../tables/versionedRow.ts';
import {
  type Admitted,
  admitAll,
  type CallerLimits,
  type CallerState,
  type Candidate,
  callerStateSchema,
  newCaller,
} from './callerQuota.ts';

const PARTITION = 'callers';
/** How long a caller at the limit is refused before its operations are looked at again. */
const LOOK_EVERY_MS = 5_000;
/** A look that finds at least this share of the operations finished is worth its requests. */
const WORTH_A_LOOK = 0.1;
const LOOKS_AT_ONCE = 20;

/** Whether an operation has finished. It is missing until its request has stored it, and when it was purged. */
export type Standing = 'open' | 'finished' | 'missing';

/** Limits the operations of each caller, so that one caller does not delay the others. */
export interface Admission {
  readonly limits: CallerLimits;
  /**
   * Counts an operation as one of its caller's open ones. The service's own operations are not limited.
   * @returns undefined when the caller has too many open operations
   */
  admit(actor: Actor, candidate: Candidate): Promise<Admitted | undefined>;
}

export interface AdmissionDependencies {
  readonly open: OpenTable;
  readonly standingOf: (operationId: string) => Promise<Standing>;
  readonly now: () => number;
  /** After this time, an operation that is still missing belongs to a request that broke off. */
  readonly recoverAfterMs: number;
}

interface Waiting {
  readonly candidate: Candidate;
  readonly resolve: (answer: Admitted | undefined) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Limits each caller over all instances: one row for each (table `quota`, partition `callers`), which is written on the
 * version that was read. The row has the ids of the operations instead of a count, so a crash never leaves a count that is
 * too high: ids of finished operations are removed when the row is full. Requests of one caller that arrive together share
 * a write.
 */
export function sharedAdmission(limits: CallerLimits, deps: AdmissionDependencies): Admission {
  const waiting = new Map<string, Waiting[]>();

  async function serve(rowKey: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const some = queue.splice(0);
      try {
        const candidates = some.map(({ candidate }) => candidate);
        const answers = await admit(rowKey, candidates, limits, deps);
        for (const [number, { resolve }] of some.entries()) resolve(answers[number]);
      } catch (thrown) {
        for (const { reject } of some) reject(toError(thrown));
      }
    }
    waiting.delete(rowKey);
  }

  return {
    limits,
    admit: async (actor, candidate) => {
      if (actor.kind === 'service') return { express: candidate.expressUsers !== undefined };
      const rowKey = rowKeyOf(actor.id);
      return new Promise((resolve, reject) => {
        const queue = waiting.get(rowKey);
        const mine = { candidate, resolve, reject };
        if (queue !== undefined) return queue.push(mine);
        const begun = [mine];
        waiting.set(rowKey, begun);
        return void serve(rowKey, begun);
      });
    },
  };
}

type Answers = readonly (Admitted | undefined)[];

async function admit(
  rowKey: string,
  candidates: readonly Candidate[],
  limits: CallerLimits,
  deps: AdmissionDependencies,
): Promise<Answers> {
  const table = await deps.open('quota');
  const key = { partitionKey: PARTITION, rowKey };
  for (;;) {
    const result = await changeRow(table, key, (row): RowChange<Answers | CallerState> => {
      const before = readState(row, deps.now(), limits);
      const { state, answers } = admitAll(before, candidates, deps.now(), limits);
      if (answers.includes(undefined) && deps.now() - before.fullAt >= LOOK_EVERY_MS) return { result: before };
      return { ...(state === before ? {} : { columns: toSplitText('caller', state) }), result: answers };
    });
    if (!('open' in result)) return result;
    const ended = await endedOf(result, deps);
    const isWorthIt = ended.size >= WORTH_A_LOOK * result.open.length;
    await changeRow(table, key, (row) => {
      const state = readState(row, deps.now(), limits);
      const open = state.open.filter(({ id }) => !ended.has(id));
      const fullAt = isWorthIt ? state.fullAt : deps.now();
      return { columns: toSplitText('caller', { ...state, open, fullAt }), result: undefined };
    });
  }
}

/** The operations that are no longer open. */
async function endedOf({ open }: CallerState, deps: AdmissionDependencies): Promise<ReadonlySet<string>> {
  const ended = new Set<string>();
  for (let start = 0; start < open.length; start += LOOKS_AT_ONCE) {
    await Promise.all(
      open.slice(start, start + LOOKS_AT_ONCE).map(async ({ id, at }) => {
        const standing = await deps.standingOf(id);
        const brokeOff = standing === 'missing' && deps.now() - at > deps.recoverAfterMs;
        if (standing === 'finished' || brokeOff) ended.add(id);
      }),
    );
  }
  return ended;
}

function readState(row: StoredRow | undefined, now: number, limits: CallerLimits): CallerState {
  const stored = row === undefined ? undefined : fromSplitText('caller', row);
  return stored === undefined ? newCaller(now, limits) : callerStateSchema.parse(stored);
}

/** Object ids are row keys as they are; other ids may have characters that a row key cannot have. */
function rowKeyOf(actorId: string): string {
  return isObjectId(actorId) ? actorId.toLowerCase() : `other-${Buffer.from(actorId).toString('base64url')}`;
}
