import type { Evidence } from './evidence.ts';
import type { Violation } from './finding.ts';
import { lastOutsideChange, mayHaveMissed, overwriterOf } from './outsideChanges.ts';
import { isMade, type UserEvidence } from './users.ts';

/** Rules about the states of one user. */
export const userRules = {
  newestChangeWins,
  outsideChangeStands,
  supersededByANewer,
  ledgerExplainsStates,
  promotionsMoveTheEnabled,
  onlyKnownWriters,
  entraHasAReason,
};

/**
 * The state in the end is that of the newest operation that applied a change or found the user unchanged; or enforced
 * after enabled, when the last to change it was Entra or a promotion by the service. A change from outside that came
 * after that operation had written, or had read the state, stands.
 */
function* newestChangeWins(user: UserEvidence, { causes }: Evidence): Generator<Violation> {
  const { userId, before, after, history, newest, promotions } = user;
  const expected = newest?.targetState ?? before;
  if (after === expected || causes?.deletedUsers.has(userId)) return;
  const last = history.findLast(({ from, to }) => from !== to);
  const isMove = last?.appliedBy === 'entra' || promotions.has(last?.clientRequestId ?? '');
  if (isMove && expected === 'enabled' && after === 'enforced') return;
  if (causes !== undefined && mayHaveMissed(user, last, causes)) return;
  const why = newest === undefined ? 'and no operation changed them' : `for ${newest.report.id} is the newest`;
  yield { kind: 'wrongFinalState', userId, what: `${userId} is ${after} and should be ${expected}, ${why}.` };
}

/** The service replaces a change from outside only with a change that it had not finished then, or with a newer one. */
function* outsideChangeStands(user: UserEvidence, { causes }: Evidence): Generator<Violation> {
  const change = causes === undefined ? undefined : lastOutsideChange(user);
  if (change === undefined) return;
  const { userId } = user;
  const write = overwriterOf(change, user);
  if (write === undefined) return;
  const what = `${userId} was set to ${change.to} from outside, and then to ${write.to} by ${write.clientRequestId}, which had finished before.`;
  yield { kind: 'wrongFinalState', userId, operationId: write.clientRequestId, what };
}

/** Only a newer change that was made supersedes: one that failed or was refused does not. */
function* supersededByANewer({ userId, outcomes }: UserEvidence, { causes }: Evidence): Generator<Violation> {
  if (causes === undefined) return;
  for (const { operation, item } of outcomes) {
    if (item.outcome !== 'superseded' || operation.kind === 'promotion') continue;
    const isNewer = outcomes.some(
      (other) => isMade(other) && !other.operation.dryRun && other.operation.sequence > operation.sequence,
    );
    const operationId = operation.report.id;
    if (!isNewer)
      yield {
        kind: 'outcomeFalse',
        userId,
        operationId,
        what: `${userId} in ${operationId}: is reported as superseded, and no newer operation made a change.`,
      };
  }
}

/** Each write starts from the state that the one before it left, the first from the first state; the last one lasts. */
function* ledgerExplainsStates(
  { userId, before, after, history }: UserEvidence,
  { causes }: Evidence,
): Generator<Violation> {
  let state = before;
  for (const { number, from, to } of history) {
    if (from !== state) yield changedOutside(userId, `was ${state}, and ${from} when write ${number} came.`);
    state = to;
  }
  if (state !== after && !causes?.deletedUsers.has(userId))
    yield changedOutside(userId, `was last left ${state}, and is ${after}.`);
}

/** A promotion changes only who is enabled: what else a user is was asked for. */
function* promotionsMoveTheEnabled({ userId, history, promotions }: UserEvidence): Generator<Violation> {
  for (const { clientRequestId, from, to } of history)
    if (promotions.has(clientRequestId) && from !== to && (from !== 'enabled' || to !== 'enforced'))
      yield {
        kind: 'wrongFinalState',
        userId,
        operationId: clientRequestId,
        what: `${userId} was promoted from ${from} to ${to} by ${clientRequestId}.`,
      };
}

/** Only the service and Entra change states during the observation, unless others do so on purpose. */
function* onlyKnownWriters({ userId, history }: UserEvidence, { causes }: Evidence): Generator<Violation> {
  if (causes !== undefined) return;
  for (const { appliedBy, from, to } of history)
    if (appliedBy === 'control') yield changedOutside(userId, `was changed past the service from ${from} to ${to}.`);
}

/**
 * Entra moves on only who was enabled, and only when that or the registration is new. Under faults the state that a
 * tenant starts with may still be moving.
 */
function* entraHasAReason(
  { userId, history, registered }: UserEvidence,
  { faultFree }: Evidence,
): Generator<Violation> {
  for (const [index, { appliedBy, from, to }] of history.entries()) {
    if (appliedBy !== 'entra') continue;
    const wasEnabled = history.slice(0, index).some((earlier) => earlier.to === 'enabled');
    if (from !== 'enabled' || to !== 'enforced' || (faultFree && !wasEnabled && !registered))
      yield changedOutside(userId, `was moved by Entra from ${from} to ${to}, without reason.`);
  }
}

function changedOutside(userId: string, what: string): Violation {
  return { kind: 'changedOutside', userId, what: `${userId} ${what}` };
}
