import { z } from 'zod';
import type { Read } from '../stateChange/decide.ts';
import type { Answer } from './answer.ts';
import { sendBatch } from './batch.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import { whyNot } from './requirements.ts';

/**
 * The authentication methods that count as registered for multifactor authentication (concept-authentication-methods).
 * A temporary access pass does not: it runs out, and would leave an enforced user without any method. Password, e-mail
 * and QR code never do. The names are the ends of Graph's type names.
 */
const COUNTING = new Set([
  'phoneAuthenticationMethod',
  'microsoftAuthenticatorAuthenticationMethod',
  'passwordlessMicrosoftAuthenticatorAuthenticationMethod',
  'fido2AuthenticationMethod',
  'softwareOathAuthenticationMethod',
  'hardwareOathAuthenticationMethod',
  'windowsHelloForBusinessAuthenticationMethod',
  'platformCredentialAuthenticationMethod',
  'externalAuthenticationMethod',
]);

const methodList = z.object({ value: z.array(z.object({ '@odata.type': z.string() })) });

/** Whether these methods make a user registered. */
export function countsAsRegistered(types: readonly string[]): boolean {
  return types.some((type) => COUNTING.has(type.slice(type.lastIndexOf('.') + 1)));
}

/**
 * Finds out which of at most 20 users are registered (authentication-list-methods).
 * Permission: UserAuthenticationMethod.Read.All.
 */
export async function readRegistrations(
  send: SendToGraph,
  ids: readonly string[],
  now: () => number,
): Promise<Read<boolean>[]> {
  const answers = await sendBatch(
    send,
    ids.map((id) => ({ method: 'GET', path: graphPath`/users/${id}/authentication/methods` })),
    { now },
  );
  return answers.map(readRegistration);
}

function readRegistration(answer: Answer): Read<boolean> {
  if (answer.kind !== 'done') return whyNot(answer);
  const body = methodList.safeParse(answer.body);
  if (!body.success) return { kind: 'later', retryAfterMs: undefined };
  return { kind: 'known', value: countsAsRegistered(body.data.value.map((method) => method['@odata.type'])) };
}
