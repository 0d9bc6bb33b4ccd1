import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome, OutcomeKind } from '../domain/outcome.ts';
import type { Remark } from '../domain/remark.ts';
import type { OperationStore } from './operationStore.ts';

/** One reference of an operation and its result. */
export interface OperationItem {
  /** As the request named the user. */
  readonly reference: string;
  /** The user's object id; null while it is not known, and for a name that no user has. */
  readonly userId: string | null;
  readonly outcome: OutcomeKind;
  /** Null while the outcome is pending. */
  readonly detail: Omit<Outcome, 'outcome'> | null;
  /** Facts that a safety check could not get. */
  readonly notes: readonly string[];
  /** The state to set, when the operation has a state for each user. */
  readonly targetState?: MfaState;
  /** Where the reference stands in what the caller sent, when it was cleaned or cannot be used. */
  readonly line?: number;
  readonly index?: number;
  /** The text that the caller sent, when it was cleaned. */
  readonly given?: string;
  /** Whether the reference can never succeed. */
  readonly isInvalid: boolean;
}

/**
 * The references of one page with their outcomes, in the order of the request.
 * @returns undefined when the operation has no such page (yet)
 */
export async function readItems(
  operation: Operation,
  page: number,
  operations: OperationStore,
): Promise<{ readonly items: readonly OperationItem[]; readonly hasMore: boolean } | undefined> {
  const [references, resolution, chunks] = await Promise.all([
    operations.getReferences(operation.id, page),
    operations.getResolution(operation.id, page),
    operations.getChunks(operation.id, page),
  ]);
  if (references === undefined) return undefined;
  const inChunks = new Map<string, { outcome: Outcome | null; notes: readonly string[] }>();
  for (const { users, notes } of chunks) for (const { id, outcome } of users) inChunks.set(id, { outcome, notes });

  const remarks = new Map((references.remarks ?? []).map((remark) => [remark.position, remark]));
  const items = references.references.map((reference, position): OperationItem => {
    const resolved = resolution?.references[position];
    const changed = resolved?.outcome === undefined ? inChunks.get(resolved?.id ?? '') : undefined;
    const decided = resolved?.outcome ?? changed?.outcome ?? null;
    return {
      reference,
      userId: resolved?.id ?? null,
      outcome: decided?.outcome ?? 'pending',
      detail: decided && detailOf(decided),
      notes: changed?.notes ?? [],
      ...placeOf(references.states?.[position], remarks.get(position)),
    };
  });
  const last = operation.pageCount === null ? references.nextLink === null : page + 1 >= operation.pageCount;
  return { items, hasMore: !last };
}

function placeOf(state: MfaState | null | undefined, remark: Remark | undefined) {
  const { line, index, given, problem } = remark ?? {};
  return {
    ...(state ? { targetState: state } : {}),
    ...(line === undefined ? {} : { line }),
    ...(index === undefined ? {} : { index }),
    ...(given === undefined ? {} : { given }),
    isInvalid: problem !== undefined,
  };
}

function detailOf({ outcome: _, ...detail }: Outcome): OperationItem['detail'] {
  return detail;
}

/** All items of an operation, with one page of references in memory at a time. */
export async function* allItems(operation: Operation, operations: OperationStore): AsyncGenerator<OperationItem> {
  for (let page = 0, hasMore = true; hasMore; page++) {
    const read = await readItems(operation, page, operations);
    if (read === undefined) return;
    yield* read.items;
    hasMore = read.hasMore;
  }
}
