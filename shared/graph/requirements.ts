import { z } from 'zod';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import type { Answer } from './answer.ts';
import { type Ask, sendForEach } from './batch.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import type { MissingReason, Read, Silence } from './read.ts';
import { explainUser, type UserRequest } from './refusal.ts';

const requirements = z.object({ perUserMfaState: mfaStateSchema });

/** For changing the state, and enough for reading it. */
export const WRITE_PERMISSION = 'Policy.ReadWrite.AuthenticationMethod';

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
  const isAllowedForOthers = allowsSome(answers.values());
  return new Map([...answers].map(([id, answer]) => [id, readState(answer, isAllowedForOthers)]));
}

function readState(answer: Answer, isAllowedForOthers: boolean): Read<MfaState> {
  if (answer.kind !== 'ok')
    return whyNot(answer, {
      verb: 'read',
      what: 'the state of this user',
      permission: WRITE_PERMISSION,
      isAllowedForOthers,
    });
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
  ask: Pick<Ask, 'batchSize' | 'leaveLate'> = {},
): Promise<ReadonlyMap<string, Answer>> {
  const request = (id: string) => ({ method: 'PATCH', path: pathOf(id), body: { perUserMfaState: state } }) as const;
  return sendForEach(send, ids, request, { now, ...ask, headers: { 'client-request-id': operationId } });
}

/** Turns an answer without the requested fact into a `Read`. */
export function whyNot(
  answer: Exclude<Answer, { kind: 'ok' }>,
  request: UserRequest,
): Extract<Read<never>, { kind: 'refused' | 'retry' }> {
  if (answer.kind === 'refused') return { kind: 'refused', ...explainUser(answer, request) };
  const { retryAfterMs } = answer;
  const silence = silenceOf(answer);
  if (silence !== undefined) return { kind: 'retry', retryAfterMs, silence };
  const reason = missingReasonOf(answer);
  return reason === undefined ? { kind: 'retry', retryAfterMs } : { kind: 'retry', retryAfterMs, reason };
}

/** Why Graph failed for this item of a batch alone. A throttled item says nothing about its user. */
export function missingReasonOf(answer: Answer): MissingReason | undefined {
  if (answer.kind !== 'retry' || answer.ofItem !== true || answer.throttled) return undefined;
  return answer.status === 401 ? 'notSignedIn' : 'graphUnavailable';
}

/** How the whole batch stayed without an answer; undefined when it was answered. A gateway says 504 for a timeout. */
export function silenceOf(answer: Answer): Silence | undefined {
  if (answer.kind !== 'retry' || answer.ofItem === true || answer.throttled) return undefined;
  return answer.code === 'timeout' || answer.status === 504 ? 'timeout' : 'error';
}

/** Whether Graph allowed one of the requests. */
export function allowsSome(answers: Iterable<Answer>): boolean {
  return [...answers].some(({ kind }) => kind === 'ok');
}
