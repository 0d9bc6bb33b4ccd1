import type { HttpResponseInit } from '@azure/functions';
import { isTerminal, type Operation, type Progress } from '../stateChange/operation.ts';

/** How long a caller should wait before asking again, in seconds. */
const POLL_AFTER_SECONDS = 2;

/** An operation as the API shows it. */
export function operationView(operation: Operation, progress: Progress) {
  return {
    id: operation.id,
    kind: operation.kind,
    ...(operation.retryOf === undefined ? {} : { retryOf: operation.retryOf }),
    status: progress.status,
    targetState: operation.targetState,
    reason: operation.reason,
    dryRun: operation.dryRun,
    notify: operation.notify,
    acknowledge: operation.acknowledge,
    ...(operation.group === null ? {} : { group: operation.group }),
    actor: operation.actor,
    references: progress.references,
    counts: progress.counts,
    createdDateTime: operation.acceptedAt,
    cancelRequestedDateTime: operation.cancelRequestedAt,
    finishedDateTime: progress.finishedAt,
  };
}

/** 202: where to look, in the ways that Azure clients and workflows know (Azure REST API guidelines). */
export function acceptedResponse(operation: Operation, progress: Progress, baseUrl: string): HttpResponseInit {
  const url = `${baseUrl}/operations/${operation.id}`;
  return {
    status: 202,
    headers: {
      'Operation-Location': url,
      Location: `${url}/result`,
      'Operation-Id': operation.id,
      'Retry-After': String(POLL_AFTER_SECONDS),
    },
    jsonBody: operationView(operation, progress),
  };
}

/** 200 with where the operation stands, always. */
export function statusResponse(operation: Operation, progress: Progress): HttpResponseInit {
  return {
    status: 200,
    headers: isTerminal(progress.status) ? {} : { 'Retry-After': String(POLL_AFTER_SECONDS) },
    jsonBody: operationView(operation, progress),
  };
}
