import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { overwriteFromBody } from '../../local/functions-host/service-bus/bodyProperties.ts';
import { type MetadataName, metadataOf } from '../../shared/triggerMetadata.ts';

const names: readonly MetadataName[] = [
  'messageId',
  'sequenceNumber',
  'deliveryCount',
  'enqueuedTime',
  'applicationProperties',
];
const hostsName = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** The metadata of a message with that body, as the host hands them over and the worker names them. */
function contextOf(text: string): InvocationContext {
  const known = Object.fromEntries(names.map((name) => [hostsName(name), { string: 'true' }]));
  const merged = Object.entries(overwriteFromBody(known, text));
  const triggerMetadata = Object.fromEntries(
    merged.map(([name, { string, json }]) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      string === 'true' ? 'of the queue' : (string ?? json),
    ]),
  );
  return new InvocationContext({ functionName: 'f', invocationId: 'i', triggerMetadata });
}

describe.each(names)('%s', (name) => {
  it('is what the queue says when the message has no such property', () => {
    for (const body of [{ version: 1 }, 'text', 17, null, ['messageId']])
      expect(metadataOf(body, contextOf(JSON.stringify(body)), name)).toBe('of the queue');
  });

  it.each([name, hostsName(name), name.toUpperCase(), name.toLowerCase()])(
    'is not taken from a body with %s',
    (key) => {
      for (const forged of ['forged', 7, true, { deadLetterReason: 'forged' }]) {
        const body = { version: 1, [key]: forged };
        const context = contextOf(JSON.stringify(body));
        expect(context.triggerMetadata?.[name]).not.toBe('of the queue');
        expect(metadataOf(body, context, name)).toBeUndefined();
      }
    },
  );

  it('is not taken when the body may be JSON to the host and is a text to the worker', () => {
    expect(metadataOf(` {'${name}': 'forged'}\n`, contextOf('{}'), name)).toBeUndefined();
  });
});
