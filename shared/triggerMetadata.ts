import type { InvocationContext } from '@azure/functions';

/** The metadata of a message from the Functions host, with the names that the worker uses. */
export type MetadataName =
  | 'messageId'
  | 'sequenceNumber'
  | 'deliveryCount'
  | 'enqueuedTime'
  | 'applicationProperties'
  | 'sessionId';

/**
 * A value of the host's metadata; undefined when it is missing, or when it might come from the body of the message. The
 * host replaces metadata by properties of a JSON body with the same name, ignoring case (Utility.ApplyBindingData in
 * azure-functions-host), and the worker cannot tell the two apart.
 */
export function metadataOf(body: unknown, { triggerMetadata }: InvocationContext, name: MetadataName): unknown {
  return mayHold(body, name) ? undefined : triggerMetadata?.[name];
}

/** The number of this delivery of a message: 1 for the first, 0 when the host does not pass it. */
export function deliveryOf(body: unknown, context: InvocationContext): number {
  return Number(metadataOf(body, context, 'deliveryCount') ?? 0);
}

function mayHold(body: unknown, name: string): boolean {
  // The host reads JSON more leniently than the worker, so a text here may be an object there.
  if (typeof body === 'string') return body.trim().startsWith('{') && body.trim().endsWith('}');
  if (typeof body !== 'object' || body === null) return false;
  // Both comparisons are needed: some letters share the upper case with another letter, but not the lower case.
  return Object.keys(body).some(
    (key) => key.toLowerCase() === name.toLowerCase() || key.toUpperCase() === name.toUpperCase(),
  );
}
