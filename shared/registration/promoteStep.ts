import { createHash } from 'node:crypto';
import { LANES, laneName } from '../domain/lane.ts';
import { acceptStateChange } from '../stateChange/accept.ts';
import { serviceActor } from './findingEntry.ts';
import { readStagedPromotions } from './staged/stagedPromotions.ts';
import type { StepOf, Sweep } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** The most users of one operation. */
const USERS_PER_OPERATION = 10_000;

/** Promotions come before all that people ask for, in the order of changes, so they never win over any of it. */
const LOWEST_SEQUENCE = '0'.repeat(15);

const REASON =
  'PROMOTE_REGISTERED: the user is enabled and has registered, and Entra does not enforce such users by itself.';

/**
 * Asks for the promotion of registered users, as an ordinary operation: every guard, the pace and the audit apply.
 * @throws UnavailableError when it could not be stored; the next run asks again, for the same
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

  await acceptStateChange(
    {
      id: operationIdOf(sweep, step.part),
      kind: 'promotion',
      sequence: LOWEST_SEQUENCE,
      request: { state: 'enforced', reason: REASON, users, notify: false, dryRun: false, acknowledge: [] },
      actor: serviceActor,
      mayWeaken: false,
    },
    deps,
  );
  return { ...sweep, promoted: sweep.promoted + users.length, step: { kind: 'promote', part: step.part + 1 } };
}

/** Always the same for the same part of the same sweep: asking again makes no second operation. A UUID of version 8. */
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
