import { z } from 'zod';
import { type MfaState, mfaStateSchema } from '../domain/mfaState.ts';
import { readReference } from '../domain/readReference.ts';
import { isObjectId } from '../domain/userReference.ts';
import { InvalidRequestError, NotFoundError, RequestError, UnavailableError } from '../errors.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { readRegistrations } from '../graph/methods.ts';
import type { Read } from '../graph/read.ts';
import { readStates } from '../graph/requirements.ts';
import { findUsers } from '../graph/users.ts';
import { dateTime, uuid } from './formats.ts';

/** The current state of one user in Graph. */
export const userStateSchema = z.object({
  id: uuid("The user's object id."),
  state: mfaStateSchema.describe('The per-user MFA state.'),
  registered: z
    .boolean()
    .nullable()
    .describe('Whether the user has a method for multifactor authentication; null when the service may not look.'),
  checkedDateTime: dateTime('When Microsoft Graph was asked.'),
});
export type UserState = Readonly<z.infer<typeof userStateSchema>>;

/**
 * Reads one user's state from Graph.
 * @throws RequestError with the remedy
 */
export async function readUserState(reference: string, send: SendToGraph, now: () => number): Promise<UserState> {
  const name = readReference(reference)?.reference;
  if (name === undefined)
    throw new InvalidRequestError('Use an object id or a user principal name.', { target: 'userId' });
  const id = isObjectId(name) ? name.toLowerCase() : await idOf(name, send, now);
  const [states, registrations] = await Promise.all([readStates(send, [id], now), readRegistrations(send, [id], now)]);
  const registered = registrations.get(id);
  return {
    id,
    state: known(states.get(id)),
    registered: registered?.kind === 'known' ? registered.value : null,
    checkedDateTime: new Date(now()).toISOString(),
  };
}

async function idOf(name: string, send: SendToGraph, now: () => number): Promise<string> {
  const id = await findUserId(name, send, now);
  if (id === undefined) throw new NotFoundError('UserNotFound', 'The tenant has no such user.', 'userId');
  return id;
}

/**
 * The object id of the user with this name; undefined when no user has it.
 * @throws RequestError when Graph refuses or does not answer
 */
export async function findUserId(name: string, send: SendToGraph, now: () => number): Promise<string | undefined> {
  const [user] = await findUsers(send, [name], now);
  if (user?.kind === 'found') return user.id.toLowerCase();
  if (user?.kind === 'unknown') return undefined;
  if (user?.kind === 'refused') throw new RequestError(502, 'GraphRefused', user.message);
  throw graphAway(user?.retryAfterMs);
}

function known(read: Read<MfaState> | undefined): MfaState {
  if (read?.kind === 'known') return read.value;
  if (read?.kind === 'refused' && read.code === 'userNotFound')
    throw new NotFoundError('UserNotFound', 'The tenant has no such user.', 'userId');
  if (read?.kind === 'refused') throw new RequestError(502, 'GraphRefused', read.message);
  throw graphAway(read?.kind === 'retry' ? read.retryAfterMs : undefined);
}

function graphAway(retryAfterMs: number | undefined): UnavailableError {
  return new UnavailableError('Microsoft Graph does not answer at the moment. Try again.', {
    retryAfterSeconds: Math.ceil((retryAfterMs ?? 5_000) / 1000),
  });
}
