import { z } from 'zod';
import type { Answer } from './answer.ts';
import { sendForEach } from './batch.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import type { Read } from './read.ts';
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

/** Those that are known not to count. */
const NOT_COUNTING = new Set([
  'passwordAuthenticationMethod',
  'emailAuthenticationMethod',
  'temporaryAccessPassAuthenticationMethod',
  'qrCodePinAuthenticationMethod',
  'securityQuestionAuthenticationMethod',
]);

const methodList = z.object({ value: z.array(z.object({ '@odata.type': z.string() })) });

/** Whether these methods make a user registered. */
export function countsAsRegistered(types: readonly string[]): boolean {
  return types.some((type) => COUNTING.has(nameOf(type)));
}

/** Types that this service has never heard of. They do not count, and somebody should know. */
function unknownTypes(types: readonly string[]): string[] {
  return types.map(nameOf).filter((name) => !COUNTING.has(name) && !NOT_COUNTING.has(name));
}

function nameOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

/**
 * Finds out which users are registered (authentication-list-methods).
 * Permission: UserAuthenticationMethod.Read.All.
 * @returns whether each is registered, by object id
 * @param options.onUnknownType is told of each method whose type is not known here
 */
export async function readRegistrations(
  send: SendToGraph,
  ids: readonly string[],
  now: () => number,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly onUnknownType?: (type: string) => void;
  } = {},
): Promise<ReadonlyMap<string, Read<boolean>>> {
  const { headers = {}, onUnknownType } = options;
  const request = (id: string) =>
    ({ method: 'GET', path: graphPath`/users/${id}/authentication/methods`, headers }) as const;
  const answers = await sendForEach(send, ids, request, { now, headers });
  return new Map([...answers].map(([id, answer]) => [id, readRegistration(answer, onUnknownType)]));
}

function readRegistration(answer: Answer, onUnknownType: (type: string) => void = () => {}): Read<boolean> {
  if (answer.kind !== 'ok') return whyNot(answer);
  const body = methodList.safeParse(answer.body);
  if (!body.success) return { kind: 'retry', retryAfterMs: undefined };
  const types = body.data.value.map((method) => method['@odata.type']);
  for (const type of unknownTypes(types)) onUnknownType(type);
  return { kind: 'known', value: countsAsRegistered(types) };
}
