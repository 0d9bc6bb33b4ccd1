import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import { mfaStates } from '../../../shared/domain/mfaState.ts';
import { isTerminal } from '../../../shared/domain/operation.ts';
import type { Role } from '../../../shared/http/caller.ts';
import { type Act, type Evidence, HALT_GRACE_MS, MAX_LOWERED, WITHOUT_APPROVAL } from './tenant.ts';

/** What callers may do, as the pages say it: everything that is found here breaks a promise. */
export function brokenPowers(evidence: Evidence): string[] {
  const acts = evidence.acts;
  return [
    ...acts.flatMap((act) => wronglyAnswered(act, acts)),
    ...evidence.writes.flatMap((write) => wronglyWritten(write, evidence)),
    ...tooManyLowered(evidence),
  ];
}

/** The first act that made an operation. */
export function madeBy(operation: string | undefined, acts: readonly Act[]): Act | undefined {
  return acts.find(
    ({ step, status, operation: made }) => made === operation && status === 202 && makes(step.deed.kind),
  );
}

function makes(kind: Act['step']['deed']['kind']): boolean {
  return kind === 'change' || kind === 'retry' || kind === 'undo';
}

/** The callers of an operation and of those that it retries or undoes. */
function requesters(operation: string | undefined, acts: readonly Act[]): string[] {
  const made = madeBy(operation, acts);
  return made === undefined ? [] : [made.caller.id, ...requesters(made.target, acts)];
}

/** The decision of a second person about an operation, which was taken. */
function decided(kind: 'approve' | 'reject', operation: string | undefined, acts: readonly Act[]): Act | undefined {
  return acts.find(
    ({ step, status, operation: about }) => step.deed.kind === kind && status === 202 && about === operation,
  );
}

/** Whether the answer is one that the roles of the caller allow. */
function wronglyAnswered(act: Act, acts: readonly Act[]): string[] {
  const { step, caller, status } = act;
  const { deed } = step;
  const has = (...oneOf: readonly Role[]): boolean => oneOf.some((role) => caller.roles.includes(role));
  const say = (what: string): string[] => [`${what}: ${described(act)}`];
  if (status >= 500 || status === 401) return say(`status ${status}`);
  if (status >= 400) return [];
  switch (deed.kind) {
    case 'change':
    case 'repeat': {
      const asked = deed.kind === 'change' ? deed : madeBy(act.operation, acts)?.step.deed;
      if (asked?.kind !== 'change') return has('MfaState.Read') ? [] : say('the list of operations was shown');
      if (!has(asked.state === 'disabled' ? 'MfaState.Weaken' : 'MfaState.Strengthen')) return say('accepted');
      if (asked.dryRun && !has('MfaState.Read')) return say('a dry run for a caller without the right to read');
      if (deed.kind === 'repeat' && madeBy(act.operation, acts)?.caller.id !== caller.id) return say('repeated');
      return [];
    }
    case 'retry':
    case 'undo':
      return has('MfaState.Read') && has('MfaState.Strengthen', 'MfaState.Weaken') ? [] : say('accepted');
    case 'cancel': {
      if (has('MfaState.Weaken') || madeBy(act.operation, acts)?.caller.id === caller.id) return [];
      const asked = madeBy(act.operation, acts)?.step.deed;
      const raises = asked?.kind === 'change' && asked.state !== 'disabled' && !asked.dryRun;
      return has('MfaState.Strengthen') && !raises ? [] : say('protection was canceled');
    }
    case 'approve':
    case 'reject':
      return has('MfaState.Approve') && caller.kind === 'user' && !requesters(act.operation, acts).includes(caller.id)
        ? []
        : say('decided by a caller who is no second person');
    case 'halt':
    case 'resume':
      return has('MfaState.Halt') ? [] : say('done');
    case 'look':
      return has(deed.path.startsWith('audit') ? 'MfaAudit.Read' : 'MfaState.Read') ? [] : say('shown');
  }
}

/** Whether a write was one that its caller could ask for, and that nothing stood against. */
function wronglyWritten(write: LedgerEntry, evidence: Evidence): string[] {
  const { acts, privileged, protectedUsers } = evidence;
  const operation = write.clientRequestId;
  const made = madeBy(operation, acts);
  const say = (what: string): string[] => [`${what}: ${JSON.stringify(write)} of ${made && described(made)}`];
  if (made === undefined) return say('a write of an operation that was not accepted');
  const { deed } = made.step;
  const has = (role: Role): boolean => made.caller.roles.includes(role);
  if (write.from === write.to) return say('a write that changes nothing');
  if (protectedUsers.has(write.userId)) return say('a write of a protected account');
  if (isHaltedAt(write.at, acts)) return say('a write during a halt');
  if (isDry(made, acts)) return say('a write of a dry run');
  if (!isLowering(write)) return has('MfaState.Strengthen') ? [] : say('raised without the right');
  if (!has('MfaState.Weaken')) return say('lowered without the right');
  if (write.to === 'enabled' && deed.kind === 'change' && !deed.acknowledge.includes('weaken'))
    return say('lowered by a request to enable');
  const rejected = decided('reject', operation, acts);
  if (rejected !== undefined) return say('lowered, and a second person had rejected it');
  if (!privileged.has(write.userId)) return [];
  const approved = decided('approve', operation, acts);
  if (approved === undefined || approved.startedAt > write.at) return say('a privileged account without approval');
  return acknowledged(made).includes('privileged') ? [] : say('a privileged account without acknowledgement');
}

/** More than one operation may lower without approval, or all of them together in a day. */
function tooManyLowered({ acts, writes }: Evidence): string[] {
  const lowered = writes.filter(isLowering);
  const found: string[] = [];
  const perDay = new Map<string, number>();
  for (const operation of new Set(lowered.map(({ clientRequestId }) => clientRequestId))) {
    const own = lowered.filter(({ clientRequestId }) => clientRequestId === operation);
    const approved = decided('approve', operation, acts);
    const before = own.filter(({ at }) => approved === undefined || approved.startedAt > at);
    if (before.length > 0 && own.length > WITHOUT_APPROVAL)
      found.push(`${own.length} users lowered by ${operation} without approval`);
    const made = madeBy(operation, acts);
    const mayExceed = approved !== undefined && made !== undefined && acknowledged(made).includes('dailyLimit');
    if (mayExceed) continue;
    for (const { at } of own) {
      const day = new Date(at).toISOString().slice(0, 10);
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
    }
  }
  for (const [day, count] of perDay)
    if (count > MAX_LOWERED) found.push(`${count} users lowered on ${day}, beyond the daily limit`);
  return found;
}

function acknowledged(act: Act): readonly string[] {
  const { deed } = act.step;
  return 'acknowledge' in deed ? deed.acknowledge : [];
}

/** A retry of a dry run is one too. */
function isDry(made: Act, acts: readonly Act[]): boolean {
  const { deed } = made.step;
  if (deed.kind === 'change') return deed.dryRun;
  const original = madeBy(made.target, acts);
  return deed.kind === 'retry' && original !== undefined && isDry(original, acts);
}

function isLowering({ from, to }: LedgerEntry): boolean {
  return mfaStates.indexOf(to) < mfaStates.indexOf(from);
}

/** Whether a halt stood for longer than a write under way takes, and no caller had asked to end it. */
function isHaltedAt(at: number, acts: readonly Act[]): boolean {
  let since: number | undefined;
  for (const { step, status, startedAt, answeredAt } of acts) {
    if (status !== 200) continue;
    if (step.deed.kind === 'halt') since ??= answeredAt;
    if (step.deed.kind !== 'resume') continue;
    if (since !== undefined && at > since + HALT_GRACE_MS && at < startedAt) return true;
    since = undefined;
  }
  return since !== undefined && at > since + HALT_GRACE_MS;
}

/** Every operation is at its end, or waits. */
export function unsettled({ operations }: Evidence): string[] {
  return [...operations.values()]
    .filter(({ status }) => !isTerminal(status) && status !== 'AwaitingApproval')
    .map(({ id }) => id);
}

export function described({ step, caller, operation, target, status, body }: Act): string {
  return JSON.stringify({ ...step, caller, operation, target, status, body });
}
