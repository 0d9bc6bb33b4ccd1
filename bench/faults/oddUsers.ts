import type { Directory } from '../../local/graph/directory/directory.ts';
import { DISABLED } from '../../local/graph/directory/mfaState.ts';
import { pick, type Random } from '../../local/graph/directory/random.ts';
import type { FaultRule } from '../../local/graph/faults/faultRule.ts';
import { laneOf } from '../../shared/domain/lane.ts';
import { groupBy } from '../../shared/groupBy.ts';
import { sample } from './draw.ts';
import type { FaultKind } from './faultKinds.ts';
import { LONGER_THAN_THE_TIMEOUT_MS } from './faultRates.ts';

/** A user that Graph always refuses or fails for. */
export interface OddUser {
  readonly kind: FaultKind;
  /** Object id. */
  readonly id: string;
  /** The requests that fail: those that read the state, or those that write it. */
  readonly method: 'GET' | 'PATCH';
}

interface Oddity {
  readonly fault: FaultRule['fault'];
  /** The code of the outcome. */
  readonly code: string;
  /** Only reads have a body that can be odd. */
  readonly readsOnly?: true;
}

const REQUIREMENTS = '#microsoft.graph.strongAuthenticationRequirements';

const ODDITIES = {
  user400: { fault: { status: 400 }, code: 'Request_BadRequest' },
  user403: { fault: { status: 403 }, code: 'accessDenied' },
  user404: { fault: { status: 404 }, code: 'userNotFound' },
  user500: { fault: { status: 500 }, code: 'graphUnavailable' },
  userHangs: { fault: { hangMs: LONGER_THAN_THE_TIMEOUT_MS }, code: 'graphUnavailable' },
  userResets: { fault: { resetConnection: true }, code: 'graphUnavailable' },
  userNullState: {
    fault: { status: 200, body: { '@odata.type': REQUIREMENTS, perUserMfaState: null } },
    code: 'unreadableAnswer',
    readsOnly: true,
  },
  userUnknownState: {
    fault: { status: 200, body: { '@odata.type': REQUIREMENTS, perUserMfaState: 'unknownFutureValue' } },
    code: 'unreadableAnswer',
    readsOnly: true,
  },
} as const satisfies Partial<Record<FaultKind, Oddity>>;

type OddKind = keyof typeof ODDITIES;
export const oddKinds = Object.keys(ODDITIES) as readonly OddKind[];

/**
 * Draws one user for each kind, among those who are disabled at first: only a user without the target state is written.
 * @param users the candidates, by index
 */
export function drawOddUsers(random: Random, directory: Directory, users: readonly number[]): OddUser[] {
  const disabled = users.filter((user) => directory.columns.states[user] === DISABLED);
  const chosen = oneOfEachLane(sample(random, disabled, disabled.length), users, directory);
  return oddKinds.flatMap((kind, index): OddUser[] => {
    const user = chosen[index];
    const oddity: Oddity = ODDITIES[kind];
    const method = pick(random, ['GET', 'PATCH'] as const);
    return user === undefined ? [] : [{ kind, id: directory.id(user), method: oddity.readsOnly ? 'GET' : method }];
  });
}

/** An odd user is given up once Graph answers for another user of the lane. */
const USERS_OF_A_LANE = 3;

/** One user of each lane that has a few others. */
function oneOfEachLane(candidates: readonly number[], users: readonly number[], directory: Directory): number[] {
  const lanes = groupBy(users, (user) => laneOf(directory.id(user)));
  const taken = new Set<string>();
  return candidates.filter((user) => {
    const lane = laneOf(directory.id(user));
    if (taken.has(lane) || (lanes.get(lane)?.length ?? 0) < USERS_OF_A_LANE) return false;
    taken.add(lane);
    return true;
  });
}

/** The rule that makes Graph fail for an odd user, and for no other user. */
export function oddUserFault({ kind, id, method }: OddUser): FaultRule {
  const { fault } = oddityOf(kind);
  const path = `^/beta/users/${id}/authentication/requirements`;
  return { id: `${kind}/always`, match: { batchItem: true, method, path }, fault };
}

/** Whether the service tries again and again before it gives the user up. */
export function isSlow({ kind }: OddUser): boolean {
  const { code } = oddityOf(kind);
  return code === 'graphUnavailable' || code === 'unreadableAnswer';
}

/** The codes that outcomes of an odd user may have. */
export function codesOf({ kind }: OddUser): string[] {
  const { code } = oddityOf(kind);
  // Another fault may meet the last attempt.
  return code === 'unreadableAnswer' ? [code, 'graphUnavailable'] : [code];
}

function oddityOf(kind: FaultKind): Oddity {
  const oddity = Object.entries<Oddity>(ODDITIES).find(([name]) => name === kind)?.[1];
  if (oddity === undefined) throw new Error(`No user is odd by ${kind}.`);
  return oddity;
}
