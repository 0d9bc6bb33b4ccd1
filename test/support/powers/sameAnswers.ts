import { madeBy } from './judge.ts';
import type { Act, Tenant } from './tenant.ts';

/**
 * The answers to callers without the right to read that differ between two tenants which differ only in states and
 * registrations: each of them tells something about a user.
 */
export function tellingAnswers(first: Tenant, second: Tenant): string[] {
  return first.acts.flatMap((act, position) => {
    const other = second.acts[position];
    if (other === undefined || act.caller.roles.includes('MfaState.Read') || showsRecord(act)) return [];
    if (!isAboutTheSame(act, first, second)) return [];
    const mine = first.plain(answerOf(act, isOfUndo(act.operation ?? act.target, first.acts)));
    const others = second.plain(answerOf(other, isOfUndo(act.operation ?? act.target, first.acts)));
    if (mine === others || isRightOfUndo(act, other, first.acts)) return [];
    return [`${JSON.stringify(act.step)} by ${JSON.stringify(act.caller)}:\n${mine}\n${others}`];
  });
}

/** The record is for callers with a role of its own, and tells them the facts about each change. */
function showsRecord({ step: { deed }, caller }: Act): boolean {
  return deed.kind === 'look' && deed.path.startsWith('audit') && caller.roles.includes('MfaAudit.Read');
}

/** An operation that only one tenant has was made by a caller who can read. */
function isAboutTheSame({ operation, target }: Act, first: Tenant, second: Tenant): boolean {
  return [operation, target].every(
    (id) => id === undefined || (madeBy(id, first.acts) === undefined) === (madeBy(id, second.acts) === undefined),
  );
}

/** The right to cancel an undo follows from the states that it brings back. Nothing else does. */
function isRightOfUndo(act: Act, other: Act, acts: readonly Act[]): boolean {
  return act.step.deed.kind === 'cancel' && act.status !== other.status && isOfUndo(act.operation, acts);
}

function isOfUndo(operation: string | undefined, acts: readonly Act[]): boolean {
  const made = madeBy(operation, acts);
  return made !== undefined && (made.step.deed.kind === 'undo' || isOfUndo(made.target, acts));
}

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
/** Who canceled an undo, when the right to do so was another. */
const CANCELER = /"cancelRequestedDateTime":("T"|null),("canceledBy":\{[^}]*\},)?/g;

/** The whole answer, without times and the ids of tokens. */
function answerOf({ status, headers, body }: Act, isUndo: boolean): string {
  const told = Object.entries(headers).filter(([name]) => !['date', 'content-length'].includes(name));
  const text = JSON.stringify({ status, headers: told, body })
    .replaceAll(TIME, 'T')
    .replaceAll(/"tokenId":"[^"]*"/g, '"tokenId":""');
  return isUndo ? text.replaceAll(CANCELER, '') : text;
}
