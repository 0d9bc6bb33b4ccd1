import { isToBeAssessed } from '../domain/approval.ts';
import { lowers, type MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReferencePage, Resolution, ResolvedReference } from '../domain/referencePage.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Read } from '../graph/read.ts';
import { readStates } from '../graph/requirements.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';

/** After so many attempts in which Graph answers, but not about these users, their states are presumed. */
const PATIENCE = 3;

/** The attempts to plan a page, within one delivery. */
export interface Attempts {
  /** 0 for the first one. */
  readonly number: number;
  /** The states that the attempts have read, by object id: the next attempt reads only what is missing. */
  readonly known: Map<string, Read<MfaState>>;
}

interface Dependencies {
  readonly graph: SendToGraph;
  readonly privilegedUsers: () => Promise<PrivilegedUsersAnswer>;
  readonly now: () => number;
}

const NONE: PrivilegedUsersAnswer = new Map();

/**
 * Marks the users of a planned page whose states the operation would lower.
 * @returns how long to wait when Graph does not answer
 */
export async function markLowering(
  operation: Operation,
  page: ReferencePage,
  resolution: Resolution,
  attempts: Attempts,
  deps: Dependencies,
): Promise<Resolution | { readonly retryAfterMs: number | undefined }> {
  if (!isToBeAssessed(operation)) return resolution;
  const users = resolution.references.flatMap(({ id, outcome }, position) =>
    id !== undefined && outcome === undefined ? [{ id, target: page.states?.[position] ?? operation.targetState }] : [],
  );
  const lowered = await usersToLower(users, attempts, deps);
  if ('retryAfterMs' in lowered) return lowered;
  // While they are not known, the rule that is asked before each write refuses to lower any account.
  const privileged = lowered.size === 0 ? NONE : await deps.privilegedUsers();
  if (privileged === undefined) return { retryAfterMs: undefined };
  const isPrivileged = (id: string): boolean => !isUnreadable(privileged) && privileged.has(id);
  const mark = (id: string): Pick<ResolvedReference, 'lowers' | 'privileged'> => {
    if (!isPrivileged(id)) return { lowers: true };
    return { privileged: true, ...(operation.acknowledge.includes('privileged') && { lowers: true as const }) };
  };
  return {
    ...resolution,
    references: resolution.references.map((reference) =>
      reference.outcome === undefined && reference.id !== undefined && lowered.has(reference.id)
        ? { ...reference, ...mark(reference.id) }
        : reference,
    ),
  };
}

/**
 * The ids of the users whose states are above their targets. A user whose state Graph does not show, although it answers,
 * counts: a safety check must not pass because a fact is missing.
 */
async function usersToLower(
  users: readonly { readonly id: string; readonly target: MfaState }[],
  { known, number }: Attempts,
  { graph, now }: Pick<Dependencies, 'graph' | 'now'>,
): Promise<ReadonlySet<string> | { readonly retryAfterMs: number | undefined }> {
  const mayBeLowered = users.filter(({ target }) => lowers('enforced', target));
  const open = mayBeLowered.filter(({ id }) => !known.has(id)).map(({ id }) => id);
  const read = await readStates(graph, open, now, { timeoutMs: READ_TIMEOUT_MS, leaveLate: true });
  for (const [id, state] of read) if (state.kind !== 'retry') known.set(id, state);
  const unanswered = [...read.values()].filter((state) => state.kind === 'retry');
  const answers = known.size > 0 || unanswered.every(({ reason }) => reason !== undefined);
  if (unanswered.length > 0 && !(answers && number >= PATIENCE)) return longestWait(unanswered);
  const lowered = mayBeLowered.filter(({ id, target }) => {
    const state = known.get(id);
    return state?.kind === 'known' ? lowers(state.value, target) : state?.kind !== 'refused';
  });
  return new Set(lowered.map(({ id }) => id));
}

function longestWait(unanswered: readonly { readonly retryAfterMs: number | undefined }[]): {
  readonly retryAfterMs: number | undefined;
} {
  const waits = unanswered.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  return { retryAfterMs: waits.length === 0 ? undefined : Math.max(...waits) };
}
