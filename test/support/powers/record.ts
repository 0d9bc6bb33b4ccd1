import type { AuditEntryView } from '../../../shared/http/auditEntryView.ts';
import { waitUntil } from '../waitUntil.ts';
import { madeBy } from './judge.ts';
import { brokenOutcomes } from './outcomes.ts';
import type { Act, Evidence, Tenant } from './tenant.ts';
import { without } from './without.ts';

/** Events of the service's own, which no caller decides. They are looked at apart. */
const OF_THE_SERVICE = ['approvalRequested', 'dailyLimitReached', 'protectionUnresolved', 'approvalExpired'];
const ACTIONS: Partial<Record<Act['step']['deed']['kind'], string>> = {
  change: 'change',
  repeat: 'change',
  retry: 'retry',
  undo: 'undo',
  cancel: 'cancel',
  approve: 'approve',
  reject: 'reject',
  halt: 'halt',
  resume: 'resume',
};

/** An outcome is stored before it is recorded, so what is missing may still come. */
const RECORD_MS = 30_000;

/** The evidence of a tenant whose record is complete; if it never is, the evidence at the end of the wait. */
export async function recordedEvidence(tenant: Tenant): Promise<Evidence> {
  const end = Date.now() + RECORD_MS;
  return waitUntil(async () => {
    const evidence = await tenant.evidence();
    return (brokenRecord(evidence).length === 0 || Date.now() > end) && evidence;
  }, 'the record of a tenant is complete');
}

/** The difference between the decisions that callers were answered with, and those in the audit record. */
export function brokenRecord(evidence: Evidence): string[] {
  const decisions = evidence.entries.filter(({ userId, reference }) => userId === null && reference === '');
  const recorded = decisions.filter(({ event }) => !OF_THE_SERVICE.includes(event)).map(keyOf);
  const expected = expectedOf(evidence.acts);
  return [
    ...without(expected, recorded).map((key) => `not on the record: ${key}`),
    ...without(recorded, expected).map((key) => `on the record, and it did not happen: ${key}`),
    ...brokenRequests(decisions, evidence),
    ...brokenChanges(evidence),
    ...brokenOutcomes(evidence),
  ];
}

/** A refusal may come before the operation is read, so that its caller, action and code tell it apart. */
function keyOf({ event, actor, operationId, action, code, related }: AuditEntryView): string {
  if (event === 'requestRefused') return [event, actor.id, action, code].join(' ');
  return [event, actor.id, operationId, related].map((part) => part ?? '-').join(' ');
}

/** One entry for each decision: an accepted request once, however often it is sent; each refusal. */
function expectedOf(acts: readonly Act[]): string[] {
  const keys: string[] = [];
  const once = new Set<string>();
  for (const act of acts) {
    const { step, caller, status, operation, target, body } = act;
    const { kind } = step.deed;
    const action = kind === 'repeat' && operation === undefined ? undefined : ACTIONS[kind];
    if (status === 403 && action !== undefined)
      keys.push(['requestRefused', caller.id, action, codeOf(body)].join(' '));
    const event = status === 202 ? ACCEPTED[kind] : undefined;
    if (event !== undefined && !once.has(`${event} ${operation}`)) {
      once.add(`${event} ${operation}`);
      const related = kind === 'retry' || kind === 'undo' ? target : undefined;
      keys.push([event, caller.id, operation, related ?? '-'].join(' '));
    }
    const isNew = status === 200 && typeof body === 'object' && body !== null && 'isNew' in body && body.isNew === true;
    if (isNew && kind === 'halt') keys.push(`writesHalted ${caller.id} - -`);
    if (isNew && kind === 'resume') keys.push(`writesResumed ${caller.id} - -`);
  }
  return keys;
}

const ACCEPTED: Partial<Record<Act['step']['deed']['kind'], string>> = {
  change: 'operationAccepted',
  retry: 'retryAccepted',
  undo: 'undoAccepted',
  cancel: 'operationCanceled',
  approve: 'operationApproved',
  reject: 'operationRejected',
};

function codeOf(body: unknown): string {
  return (body as { readonly error?: { readonly code?: string } } | null)?.error?.code ?? '-';
}

/** Each request for approval has one entry, and only those. */
function brokenRequests(decisions: readonly AuditEntryView[], { operations }: Evidence): string[] {
  const requested = decisions
    .filter(({ event }) => event === 'approvalRequested')
    .map(({ operationId }) => operationId ?? '-');
  const waited = [...operations.values()].filter(({ approval }) => approval !== undefined).map(({ id }) => id);
  return [
    ...without(waited, requested).map((id) => `approval of ${id} was requested, which is not on the record`),
    ...without(requested, waited).map((id) => `approval of ${id} is on the record, and was not requested once`),
  ];
}

/** Each write has one entry, with the caller of its operation. */
function brokenChanges({ entries, writes, acts, operations }: Evidence): string[] {
  const finished = ({ operation }: { readonly operation: string }): boolean =>
    operations.get(operation)?.finishedDateTime != null;
  const written = writes
    .map(({ clientRequestId: operation, userId, from, to }) => ({ operation, userId, from, to }))
    .filter(finished)
    .map(({ operation, userId, from, to }) =>
      [operation, madeBy(operation, acts)?.caller.id, userId, from, to].join(' '),
    );
  const recorded = entries
    .filter(({ event }) => event === 'stateChanged')
    .map(({ operationId, actor, userId, from, to }) => ({ operation: operationId ?? '-', actor, userId, from, to }))
    .filter(finished)
    .map(({ operation, actor, userId, from, to }) => [operation, actor.id, userId, from, to].join(' '));
  return [
    ...without(written, recorded).map((key) => `a change that is not on the record: ${key}`),
    ...without(recorded, written).map((key) => `a change on the record that was not made: ${key}`),
  ];
}
