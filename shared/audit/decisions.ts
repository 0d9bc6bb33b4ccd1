import { randomUUID } from 'node:crypto';
import type { Actor, Operation } from '../domain/operation.ts';
import type { AuditStore } from './auditStore.ts';
import type { Action, AuditEntry } from './entry.ts';

/** A decision about an operation or the service, as an entry of the audit record. */
export type DecisionEntry = AuditEntry & { readonly userId: null; readonly reference: '' };

/** Records a decision, and writes a log line that alerts query. The same entry is recorded once. */
export type RecordDecision = (entry: DecisionEntry) => Promise<void>;

/** @param log writes one line */
export function decisionRecorder(audit: AuditStore, log: (line: string) => void): RecordDecision {
  return async (entry) => {
    await audit.recordEach([entry]);
    const { event, operationId, actor, action, code, users, dryRun, related, to } = entry;
    const fields = {
      step: 'decision',
      event,
      operationId,
      ...loggedActor(actor),
      action,
      code,
      users,
      dryRun,
      related,
      to,
    };
    log(JSON.stringify(fields));
  };
}

/** The caller in log lines: ids only, by which the sign-in logs of Entra are found. */
export function loggedActor({ id, application, tokenId }: Actor): {
  readonly actor: string;
  readonly application: string | undefined;
  readonly token: string | undefined;
} {
  return { actor: id, application, token: tokenId };
}

type About = Partial<
  Pick<AuditEntry, 'code' | 'message' | 'notes' | 'users' | 'overrides' | 'requestedBy' | 'related' | 'reason'>
>;

/**
 * A decision about an operation. The same decision gives the same entry.
 * @param at when it was made, ISO 8601
 */
export function decisionAbout(
  operation: Operation,
  decision: { readonly event: AuditEntry['event']; readonly actor: Actor; readonly at: string },
  about: About = {},
): DecisionEntry {
  return {
    userId: null,
    reference: '',
    operationId: operation.id,
    reason: operation.reason,
    ...(operation.targetStates === undefined ? { to: operation.targetState } : {}),
    acceptedAt: operation.acceptedAt,
    ...(operation.dryRun ? { dryRun: true } : {}),
    ...decision,
    ...about,
  };
}

const ACCEPTED: Partial<Record<Operation['kind'], AuditEntry['event']>> = {
  retry: 'retryAccepted',
  undo: 'undoAccepted',
};

/** The entry of an accepted operation. */
export function acceptance(operation: Operation): DecisionEntry {
  const { actor, acceptedAt: at, kind, retryOf, undoOf, originalActor, references, group } = operation;
  const event = ACCEPTED[kind] ?? 'operationAccepted';
  const related = retryOf ?? undoOf;
  return decisionAbout(
    operation,
    { event, actor, at },
    {
      ...(group === null ? { users: references } : {}),
      ...(operation.acknowledge.length === 0 ? {} : { overrides: operation.acknowledge }),
      ...(related === undefined ? {} : { related }),
      ...(originalActor === undefined ? {} : { requestedBy: originalActor }),
    },
  );
}

/** A request that is refused, as far as it is known by then. */
export interface RefusedRequest {
  readonly action: Action;
  readonly actor: Actor;
  readonly operationId?: string;
  readonly reason?: string;
  readonly to?: AuditEntry['to'];
  readonly users?: number;
  readonly dryRun?: boolean;
  readonly requestedBy?: Actor;
  readonly related?: string;
}

/** The entry of a refusal. Each refusal is an event of its own. */
export function refusal(
  { operationId, reason = '', dryRun, ...request }: RefusedRequest,
  { code, message }: { readonly code: string; readonly message: string },
  at: string,
): DecisionEntry {
  return {
    event: 'requestRefused',
    userId: null,
    reference: '',
    operationId: operationId ?? null,
    reason,
    ...request,
    ...(dryRun ? { dryRun } : {}),
    acceptedAt: null,
    at,
    code,
    message,
    id: randomUUID(),
  };
}
