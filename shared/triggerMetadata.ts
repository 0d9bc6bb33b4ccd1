import type { InvocationContext } from '@azure/functions';

/** What the Functions host says of a message, beside its body. The names are written as the worker writes them. */
export type MetadataName = 'messageId' | 'sequenceNumber' | 'deliveryCount' | 'enqueuedTime' | 'applicationProperties';

/**
 * What the host says of a message; undefined when it does not say it, or when the message could have said it itself. The
 * host writes the properties of a JSON body over what it knows of the message, whatever the case of their names
 * (Utility.ApplyBindingData in azure-functions-host): there is no telling the one from the other.
 */
export function metadataOf(body: unknown, { triggerMetadata }: InvocationContext, name: MetadataName): unknown {
  return mayHold(body, name) ? undefined : triggerMetadata?.[name];
}

function mayHold(body: unknown, name: string): boolean {
  // The host reads JSON more leniently than the worker: what is a text here may have properties there.
  if (typeof body === 'string') return body.trim().startsWith('{') && body.trim().endsWith('}');
  if (typeof body !== 'object' || body === null) return false;
  // Both ways: a few letters have the same capital as another and not the same small letter.
  return Object.keys(body).some(
    (key) => key.toLowerCase() === name.toLowerCase() || key.toUpperCase() === name.toUpperCase(),
  );
}
