import { z } from 'zod';
import type { Answer } from './answer.ts';
import { type Ask, sendForEach } from './batch.ts';
import type { SendToGraph } from './graph.ts';
import { graphPath } from './path.ts';
import type { Read } from './read.ts';
import { allowsSome, whyNot } from './requirements.ts';

/**
 * The authentication methods that count as registered for multifactor authentication
 * (https://learn.microsoft.com/entra/identity/authentication/concept-authentication-methods). A temporary access pass
 * does not count: it expires, and would leave an enforced user without a method. The names are the last part of Graph's
 * type names.
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

/** Methods that do not count. */
const NOT_COUNTING = new Set([
  'passwordAuthenticationMethod',
  'emailAuthenticationMethod',
  'temporaryAccessPassAuthenticationMethod',
  'qrCodePinAuthenticationMethod',
  'securityQuestionAuthenticationMethod',
]);

const methodList = z.object({
  value: z.array(z.object({ '@odata.type': z.string(), createdDateTime: z.string().nullish().catch(null) })),
});

/** What a user's methods show. */
export interface RegisteredMethods {
  readonly registered: boolean;
  /** When the oldest method that counts was registered, ISO 8601; null when Graph does not tell it for each of them. */
  readonly since: string | null;
}

/** Whether these methods make a user registered. */
export function countsAsRegistered(types: readonly string[]): boolean {
  return types.some((type) => COUNTING.has(nameOf(type)));
}

/** Types that this service does not know. They do not count, and callers report them. */
function unknownTypes(types: readonly string[]): string[] {
  return types.map(nameOf).filter((name) => !COUNTING.has(name) && !NOT_COUNTING.has(name));
}

function nameOf(type: string): string {
  return type.slice(type.lastIndexOf('.') + 1);
}

const PERMISSION = 'UserAuthenticationMethod.Read.All';

interface RegistrationOptions {
  /** Is called for each method of an unknown type. */
  readonly onUnknownType?: ((type: string) => void) | undefined;
  /** Is called with the types of each user's methods. */
  readonly onTypes?: ((id: string, types: readonly string[]) => void) | undefined;
}

/**
 * Reads whether users are registered, from their methods (Microsoft Graph reference, "List methods").
 * Permission: UserAuthenticationMethod.Read.All.
 * @returns whether each user is registered, by object id
 */
export async function readRegistrations(
  send: SendToGraph,
  ids: readonly string[],
  now: () => number,
  options: RegistrationOptions & Ask = {},
): Promise<ReadonlyMap<string, Read<boolean>>> {
  const methods = await readMethods(send, ids, now, options);
  return new Map(
    [...methods].map(([id, read]) => [id, read.kind === 'known' ? { ...read, value: read.value.registered } : read]),
  );
}

/** Like `readRegistrations`, also with the time of the registration. */
export async function readMethods(
  send: SendToGraph,
  ids: readonly string[],
  now: () => number,
  options: RegistrationOptions & Ask = {},
): Promise<ReadonlyMap<string, Read<RegisteredMethods>>> {
  const { onUnknownType, onTypes, ...ask } = options;
  const request = (id: string) =>
    ({ method: 'GET', path: graphPath`/users/${id}/authentication/methods`, headers: ask.headers ?? {} }) as const;
  const answers = await sendForEach(send, ids, request, { now, ...ask });
  const isAllowedForOthers = allowsSome(answers.values());
  return new Map(
    [...answers].map(([id, answer]) => [id, methodsIn(id, answer, { isAllowedForOthers, onUnknownType, onTypes })]),
  );
}

function methodsIn(
  id: string,
  answer: Answer,
  {
    isAllowedForOthers,
    onUnknownType = () => {},
    onTypes = () => {},
  }: RegistrationOptions & { readonly isAllowedForOthers: boolean },
): Read<RegisteredMethods> {
  if (answer.kind !== 'ok')
    return whyNot(answer, {
      verb: 'read',
      what: 'the methods of this user',
      permission: PERMISSION,
      isAllowedForOthers,
    });
  const body = methodList.safeParse(answer.body);
  if (!body.success) return { kind: 'retry', retryAfterMs: undefined, reason: 'unreadableAnswer' };
  const types = body.data.value.map((method) => method['@odata.type']);
  for (const type of unknownTypes(types)) onUnknownType(type);
  onTypes(id, types);
  const counting = body.data.value.filter((method) => countsAsRegistered([method['@odata.type']]));
  const times = counting.map(({ createdDateTime }) => Date.parse(createdDateTime ?? ''));
  const oldest = Math.min(...times);
  return {
    kind: 'known',
    value: {
      registered: counting.length > 0,
      since: Number.isFinite(oldest) ? new Date(oldest).toISOString() : null,
    },
  };
}
