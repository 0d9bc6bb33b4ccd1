import { z } from 'zod';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import type { Answer } from './answer.ts';
import { type Ask, sendForEach } from './batch.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import type { Read, Silence } from './read.ts';

const requirements = z.object({ perUserMfaState: mfaStateSchema });

const pathOf = (id: string): string => graphPath`/users/${id}/authentication/requirements`;

/**
 * Reads the per-user MFA state of users, given by object id (https://learn.microsoft.com/graph/api/authentication-get,
 * beta). Permission: Policy.Read.All or Policy.ReadWrite.AuthenticationMethod.
 * @returns the state by object id
 */
export async function readStates(
  send: SendToGraph,
  ids: readonly string[],
  now: () => number,
  ask: Ask = {},
): Promise<ReadonlyMap<string, Read<MfaState>>> {
  const request = (id: string) => ({ method: 'GET', path: pathOf(id), headers: ask.headers ?? {} }) as const;
  const answers = await sendForEach(send, ids, request, { now, ...ask });
  return new Map([...answers].map(([id, answer]) => [id, readState(answer)]));
}

function readState(answer: Answer): Read<MfaState> {
  if (answer.kind !== 'ok') return whyNot(answer);
  const body = requirements.safeParse(answer.body);
  return body.success
    ? { kind: 'known', value: body.data.perUserMfaState }
    : { kind: 'retry', retryAfterMs: undefined, reason: 'unreadableAnswer' };
}

/**
 * Sets the per-user MFA state of users, given by object id
 * (https://learn.microsoft.com/graph/api/authentication-update, beta). Graph answers 204. Permission:
 * Policy.ReadWrite.AuthenticationMethod.
 * @param operationId is sent as the client-request-id, so that the logs of Graph name the operation of each write
 * @returns Graph's answer by object id
 */
export function writeStates(
  send: SendToGraph,
  ids: readonly string[],
  state: MfaState,
  operationId: string,
  now: () => number,
  ask: Pick<Ask, 'batchSize'> = {},
): Promise<ReadonlyMap<string, Answer>> {
  const request = (id: string) => ({ method: 'PATCH', path: pathOf(id), body: { perUserMfaState: state } }) as const;
  return sendForEach(send, ids, request, { now, ...ask, headers: { 'client-request-id': operationId } });
}

/** Turns an answer without the requested fact into a `Read`. A 401 may pass with a new token, so it is a retry. */
export function whyNot(answer: Exclude<Answer, { kind: 'ok' }>): Extract<Read<never>, { kind: 'refused' | 'retry' }> {
  if (answer.kind === 'retry') {
    const { retryAfterMs } = answer;
    const silence = silenceOf(answer);
    if (silence !== undefined) return { kind: 'retry', retryAfterMs, silence };
    return isUnavailable(answer)
      ? { kind: 'retry', retryAfterMs, reason: 'graphUnavailable' }
      : { kind: 'retry', retryAfterMs };
  }
  if (answer.status === 401) return { kind: 'retry', retryAfterMs: undefined };
  return { kind: 'refused', ...explain(answer) };
}

/** Whether Graph failed for this item of a batch alone. A throttled item says nothing about its user. */
export function isUnavailable(answer: Answer): boolean {
  return answer.kind === 'retry' && answer.ofItem === true && !answer.throttled;
}

/** How the whole batch stayed without an answer; undefined when it was answered. A gateway says 504 for a timeout. */
export function silenceOf(answer: Answer): Silence | undefined {
  if (answer.kind !== 'retry' || answer.ofItem === true || answer.throttled) return undefined;
  return answer.code === 'timeout' || answer.status === 504 ? 'timeout' : 'error';
}

/** The code and the message of an outcome for a user that Graph refused. */
export function explain(answer: Extract<Answer, { kind: 'refused' }>): { code: string; message: string } {
  if (answer.status === 404)
    return {
      code: 'userNotFound',
      message: 'The tenant has no user with this object id. If the user was created a few minutes ago, retry.',
    };
  if (answer.status === 403)
    return {
      code: 'accessDenied',
      message:
        'Microsoft Graph denied access. Grant the service the permission Policy.ReadWrite.AuthenticationMethod and retry.',
    };
  return {
    code: answer.code,
    message: `Microsoft Graph refused the change with status ${answer.status} (${answer.code}).`,
  };
}
