import { laneOf } from '../../shared/domain/lane.ts';
import { lowers } from '../../shared/domain/mfaState.ts';
import { type Case, violationOf } from './cases.ts';
import type { Causes } from './causes.ts';
import type { Evidence } from './evidence.ts';
import type { Violation } from './finding.ts';

/** Rules about outcomes that are no success: each needs a reason in what was done on purpose. */
export const justificationRules = {
  failureHasACause,
  refusalHasACause,
  cancellationWasAsked,
  protectedUserIsNotWritten,
};

function* failureHasACause(one: Case, { causes }: Evidence): Generator<Violation> {
  const { item } = one;
  if (causes === undefined || item?.outcome !== 'failed') return;
  const code = item.detail?.code ?? 'no code';
  if (!mayFail(code, one, causes))
    yield violationOf(
      'outcomeFalse',
      one,
      `is reported as failed with ${code}, and nothing was done that explains it.`,
    );
}

function mayFail(code: string, one: Case, causes: Causes): boolean {
  const { userId, item, before } = one;
  if (userId !== null && causes.oddUsers.get(userId)?.includes(code)) return true;
  if (code === 'deadLettered') return isDeadLettered(one, causes);
  if (code === 'writeUnconfirmed') return causes.canceled.has(one.operationId);
  if (code !== 'userNotFound') return false;
  if (userId !== null) return causes.deletedUsers.has(userId) || before === undefined;
  const id = causes.names.get(item?.reference.toLowerCase() ?? '');
  return id === undefined || causes.deletedUsers.has(id);
}

/** A message of the operation used up its deliveries: of the user's lane, or of a page of references. */
function isDeadLettered({ operationId, userId }: Case, { deadLetters }: Causes): boolean {
  return deadLetters.some((messageId) => {
    const [id, part = ''] = messageId.split('_');
    if (id !== operationId) return false;
    const isPage = /^\d+$/.test(part);
    return isPage || (userId !== null && part.includes(`-${laneOf(userId)}-`));
  });
}

function* refusalHasACause(one: Case, { causes }: Evidence): Generator<Violation> {
  const { item } = one;
  if (causes === undefined || item?.outcome !== 'refused') return;
  const code = item.detail?.code ?? 'no code';
  if (!mayRefuse(code, one, causes))
    yield violationOf('outcomeFalse', one, `is reported as refused with ${code}, and there was no reason for it.`);
}

function mayRefuse(code: string, { userId, operation, item }: Case, causes: Causes): boolean {
  if (userId === null || operation === undefined) return false;
  const { targetState, acknowledge } = operation;
  const from = item?.detail?.from;
  const isLowered = (from === 'enabled' || from === 'enforced') && lowers(from, targetState);
  switch (code) {
    case 'protectedAccount':
      return causes.protectedUsers.has(userId);
    case 'privilegedAccount':
      return isLowered && causes.privilegedUsers.has(userId);
    case 'notRegistered':
      return (
        targetState === 'enforced' &&
        !acknowledge.includes('legacyAuthInterruption') &&
        !causes.registeredUsers.has(userId)
      );
    case 'weaken':
      return isLowered && targetState === 'enabled' && !acknowledge.includes('weaken');
    case 'dailyLoweringLimit':
    case 'approvalExpired':
    case 'assessmentOutdated':
      return isLowered;
    default:
      return false;
  }
}

function* cancellationWasAsked(one: Case, { causes }: Evidence): Generator<Violation> {
  if (causes === undefined || one.item?.outcome !== 'canceled' || causes.canceled.has(one.operationId)) return;
  yield violationOf('outcomeFalse', one, 'is reported as canceled, and no client asked for it.');
}

/** Whatever a request says, a protected account is left alone. */
function* protectedUserIsNotWritten(one: Case, { causes }: Evidence): Generator<Violation> {
  if (one.change !== undefined && causes?.protectedUsers.has(one.userId ?? ''))
    yield violationOf('needlessWrites', one, 'is protected, and was written.');
}
