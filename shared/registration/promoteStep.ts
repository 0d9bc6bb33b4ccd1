import { createHash } from 'node:crypto';
import { LANES, laneName } from '../domain/lane.ts';
import { acceptStateChange } from '../stateChange/accept.ts';
import { serviceActor } from './findingEntry.ts';
import { readStagedPromotions } from './staged/stagedPromotions.ts';
import type { StepOf, Sweep } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

const USERS_PER_OPERATION = 10_000;

/** Sorts before the sequence of every requested change, so a promotion never wins over a change that a person asked for. */
const LOWEST_SEQUENCE = '0'.repeat(15);

const REASON =
  'PROMOTE_REGISTERED: the user is enabled and has registered, and Entra does not enforce such users by itself.';

/**
 * Requests the promotion of registered users as an ordinary operation, with all safety checks, pacing and audit entries.
 * @throws UnavailableError when the operation could not be stored; the next invocation sends the same request again
 */
export async function promoteStep(sweep: Sweep, step: StepOf<'promote'>, deps: SweepDependencies): Promise<Sweep> {
  const first = step.part * USERS_PER_OPERATION;
  const users: string[] = [];
  let skipped = 0;
  for (let lane = 0; lane < LANES && users.length < USERS_PER_OPERATION; lane++)
    for await (const ids of readStagedPromotions(deps.staged, sweep, laneName(lane))) {
      const mine = ids.slice(Math.max(0, first - skipped));
      skipped += ids.length - mine.length;
      users.push(...mine.slice(0, USERS_PER_OPERATION - users.length));
    }
  if (users.length === 0) return { ...sweep, step: { kind: 'finish' } };

  const id = operationIdOf(sweep, step.part);
  await acceptStateChange(
    {
      id,
      kind: 'promotion',
      sequence: LOWEST_SEQUENCE,
      request: { state: 'enforced', reason: REASON, users, notify: false, dryRun: false, acknowledge: [] },
      actor: serviceActor,
      mayWeaken: false,
    },
    deps,
  );
  return {
    ...sweep,
    promoted: sweep.promoted + users.length,
    openPromotions: [...sweep.openPromotions, { operationId: id, at: new Date(deps.now()).toISOString() }],
    step: { kind: 'promote', part: step.part + 1 },
  };
}

/** A UUID of version 8, derived from the sweep and the part: a repeated request creates no second operation. */
function operationIdOf({ id, attempt }: Sweep, part: number): string {
  const hex = createHash('sha256').update(`${id}/${attempt}/${part}`).digest('hex');
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return groups.join('-');
}
