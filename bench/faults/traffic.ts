import { setTimeout as delay } from 'node:timers/promises';
import type { Hosts } from './hosts.ts';
import type { PlannedOperation } from './plannedOperation.ts';
import type { Slot } from './step.ts';

/** The clients of the service. They know nothing but what it answers. */
export interface Traffic {
  /** Operations that were answered with 202. */
  readonly accepted: ReadonlySet<string>;
  /** Answers that no client should ever get, in words. */
  readonly surprises: readonly string[];
  /** Sends a request until it is accepted, to one host and the other in turn, or refused because of the daily limit. */
  send(operation: PlannedOperation, options: { slot: Slot; attempts: number }): Promise<void>;
  cancel(operationId: string, slot: Slot): Promise<void>;
  /** Repeats what failed or was refused, with every safety check overridden. */
  retry(operationId: string, retryId: string, options: { slot: Slot; attempts: number }): Promise<void>;
}

/** The answer of a host; undefined without an answer. */
type Answer = { readonly status: number; readonly text: string } | undefined;

/** A client gives up on an answer after this long. */
const GIVE_UP_MS = 30_000;
const PAUSE_MS = 300;
/** Why a retry is not accepted: there is nothing to repeat, not yet, no such operation (its request was lost), or the limit. */
const NO_RETRY = ['NothingToRetry', 'OperationNotFinished', 'OperationNotFound', 'dailyLoweringLimit'];

export function trafficTo(hosts: Pick<Hosts, 'apiUrl'>): Traffic {
  const accepted = new Set<string>();
  const surprises: string[] = [];

  const untilAccepted = async (
    id: string,
    { slot, attempts }: { slot: Slot; attempts: number },
    request: (slot: Slot) => Promise<Answer>,
    isNo: (answer: NonNullable<Answer>) => boolean,
  ): Promise<void> => {
    for (let attempt = 0; attempt < attempts; attempt++) {
      if (attempt > 0) await delay(PAUSE_MS);
      const answer = await request(attempt % 2 === 0 ? slot : slot === 0 ? 1 : 0);
      if (answer?.status === 202) {
        accepted.add(id);
        return;
      }
      if (answer === undefined || answer.status >= 500) continue;
      if (!isNo(answer)) surprises.push(`${id} was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
      return;
    }
  };

  return {
    accepted,
    surprises,
    send: (operation, options) => {
      const { id, state, references, group, reason, dryRun, acknowledge } = operation;
      const targets = group === undefined ? { users: references } : { group: group.id };
      const body = { state, ...targets, reason, dryRun, acknowledge };
      return untilAccepted(
        id,
        options,
        (slot) => post(`${hosts.apiUrl(slot)}/state-changes`, body, id),
        ({ text }) => text.includes('dailyLoweringLimit'),
      );
    },
    cancel: async (operationId, slot) => {
      const answer = await post(`${hosts.apiUrl(slot)}/operations/${operationId}/cancel`);
      if (answer !== undefined && ![202, 404].includes(answer.status) && answer.status < 500)
        surprises.push(`Canceling ${operationId} was answered with ${answer.status}: ${answer.text.slice(0, 300)}`);
    },
    retry: (operationId, retryId, options) =>
      untilAccepted(
        retryId,
        options,
        (slot) =>
          post(
            `${hosts.apiUrl(slot)}/operations/${operationId}/retry`,
            { acknowledge: ['legacyAuthInterruption', 'weaken'] },
            retryId,
          ),
        ({ text }) => NO_RETRY.some((code) => text.includes(code)),
      ),
  };
}

async function post(url: string, body?: object, operationId?: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(operationId === undefined ? {} : { 'Operation-Id': operationId }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(GIVE_UP_MS),
    });
    return { status: response.status, text: await response.text() };
  } catch {
    return undefined; // the host is down, was killed in the middle, or takes too long
  }
}
