import { createHmac } from 'node:crypto';

/**
 * The headers that prove to a receiver who sent a body and when: HMAC-SHA256 of id, time and body, as in Standard
 * Webhooks. While the secret is being changed, there are two signatures.
 * @param secrets at least one
 * @param now milliseconds since 1970
 */
export function signedHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  secrets: readonly Buffer[],
  now: number,
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
