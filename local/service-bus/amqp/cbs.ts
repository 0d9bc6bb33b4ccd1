import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Reply } from './requests.ts';
import type { AmqpMessage } from './rhea.ts';
import { int } from './values.ts';

/** The address to which clients bring their tokens (claims-based security). */
export const CBS = '$cbs';

/** A shared access key, which grants all rights. */
export interface SharedKey {
  readonly name: string;
  readonly key: string;
}

/** Tells why a token is refused; undefined when it is good. */
export type TokenCheck = (token: unknown) => string | undefined;

/** For clients that have any key, as those of Microsoft's emulator. */
export const anyToken: TokenCheck = () => undefined;

/** Accepts shared access signatures by one key that have not expired. */
export function tokensBy({ name, key }: SharedKey, now: () => number): TokenCheck {
  return (token) => {
    const match = /^SharedAccessSignature (.+)$/.exec(typeof token === 'string' ? token : '');
    const fields = new URLSearchParams(match?.[1] ?? '');
    const [resource, signature, expiry] = ['sr', 'sig', 'se'].map((field) => fields.get(field));
    if (!resource || !signature || !expiry) return 'The token is not a shared access signature.';
    if (fields.get('skn') !== name) return `There is no key named '${fields.get('skn')}'. The emulator's is '${name}'.`;
    // The signature covers the resource as it is in the token, still encoded.
    const encoded = /(?:^|&)sr=([^&]*)/.exec(match?.[1] ?? '')?.[1] ?? '';
    const expected = createHmac('sha256', key).update(`${encoded}\n${expiry}`).digest('base64');
    if (!areEqual(signature, expected)) return "The token has an invalid signature: the key is not the emulator's.";
    return Number(expiry) * 1000 > now() ? undefined : 'The token has expired.';
  };
}

/** Answers a client that brings a token. */
export function acceptToken(request: AmqpMessage, check: TokenCheck): Reply {
  if (request.application_properties?.operation !== 'put-token') return reply(400, 'Bad Request');
  const refusal = check(request.body);
  return refusal === undefined ? reply(202, 'Accepted') : reply(401, refusal);
}

function reply(status: number, description: string): Reply {
  return { properties: { 'status-code': int(status), 'status-description': description }, body: null };
}

function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
