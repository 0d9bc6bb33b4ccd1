import { UnprocessableMessageError } from '../errors.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { eventId } from '../queues/eventId.ts';
import type { EventMessage } from '../queues/messages.ts';

/** An event in the JSON format of CloudEvents 1.0, structured mode (cloudevents/spec, json-format). */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: object;
}

export interface CloudEventParts {
  readonly operations: OperationStore;
  readonly progress: ProgressReader;
  readonly tenantId: string;
  /** The address of the API. Empty when it is not set: links are relative then. */
  readonly apiUrl: string;
}

/**
 * The event of a message, with ids, counts and links. Names and reasons are left out: the API shows them to callers
 * with the right role. The same message gives the same event.
 * @throws UnprocessableMessageError when the operation of the event does not exist, or has not finished
 */
export async function cloudEventOf(message: EventMessage, parts: CloudEventParts): Promise<CloudEvent> {
  return {
    specversion: '1.0',
    id: eventId(message),
    source: `/tenants/${parts.tenantId}/per-user-mfa`,
    datacontenttype: 'application/json',
    ...(await contentOf(message, parts)),
  };
}

type Content = Pick<CloudEvent, 'type' | 'subject' | 'time' | 'data'>;

async function contentOf(message: EventMessage, parts: CloudEventParts): Promise<Content> {
  const link = (path: string): string => `${parts.apiUrl}/${path}`;
  switch (message.event) {
    case 'operationFinished':
      return finished(message.operationId, parts);
    case 'approvalRequested':
      return approvalRequested(message.operationId, parts);
    case 'statesLowered': {
      const { operationId, users, since } = message;
      return {
        type: 'per-user-mfa.states.lowered.v1',
        subject: `operations/${operationId}`,
        time: since,
        data: { operationId, users, link: link(`audit?operation=${operationId}&event=stateChanged`) },
      };
    }
    case 'stuckUsersFound':
      return found('stuck-users', link(`audit?event=stuckEnabled&fromDateTime=${message.from}`), message);
    case 'changedOutsideFound':
      return found('changed-outside', link(`audit?event=changedOutside&fromDateTime=${message.from}`), message);
    default: {
      const { queue, operationId, since } = message;
      const where = operationId === undefined ? {} : { operationId, link: link(`operations/${operationId}`) };
      return {
        type: 'per-user-mfa.dead-letter.v1',
        subject: operationId === undefined ? `queues/${queue}` : `operations/${operationId}`,
        time: since,
        data: { queue, ...where },
      };
    }
  }
}

/** @param link to the findings in the audit record */
function found(
  what: string,
  link: string,
  { sweep, users, from }: { readonly sweep: number; readonly users: number; readonly from: string },
): Content {
  return {
    type: `per-user-mfa.${what}.found.v1`,
    subject: `sweeps/${sweep}`,
    time: from,
    data: { sweep, users, link },
  };
}

async function finished(operationId: string, { operations, progress, apiUrl }: CloudEventParts): Promise<Content> {
  const operation = await operations.get(operationId);
  if (operation === undefined) throw new UnprocessableMessageError('No operation has this id.');
  const { status, counts, references, finishedAt } = await progress.read(operation);
  if (finishedAt === null) throw new UnprocessableMessageError('The operation has not finished.');
  const { id, kind, dryRun, acceptedAt, targetStates } = operation;
  const targetState = targetStates === undefined ? operation.targetState : null;
  return {
    type: 'per-user-mfa.operation.finished.v1',
    subject: `operations/${id}`,
    time: finishedAt,
    data: {
      operationId: id,
      kind,
      status,
      targetState,
      ...(targetStates === undefined ? {} : { targetStates }),
      dryRun,
      references,
      counts,
      createdDateTime: acceptedAt,
      finishedDateTime: finishedAt,
      link: `${apiUrl}/operations/${id}`,
    },
  };
}

async function approvalRequested(operationId: string, { operations, apiUrl }: CloudEventParts): Promise<Content> {
  const operation = await operations.get(operationId);
  if (operation?.approval === undefined || operation.assessment === undefined)
    throw new UnprocessableMessageError('No operation with this id needs approval.');
  const { id, approval, assessment } = operation;
  return {
    type: 'per-user-mfa.operation.approval-requested.v1',
    subject: `operations/${id}`,
    time: approval.requestedAt,
    data: {
      operationId: id,
      needs: assessment.needs,
      lowered: assessment.lowered,
      privileged: assessment.privileged.length,
      expiresDateTime: approval.expiresAt,
      link: `${apiUrl}/operations/${id}`,
    },
  };
}
