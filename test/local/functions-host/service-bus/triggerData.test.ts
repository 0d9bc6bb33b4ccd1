import { expect, test } from 'vitest';
import { overwriteFromBody } from '../../../../local/functions-host/service-bus/bodyProperties.ts';
import { toBodies } from '../../../../local/functions-host/service-bus/serviceBusOutput.ts';
import { toTriggerData } from '../../../../local/functions-host/service-bus/triggerData.ts';

type Message = Parameters<typeof toTriggerData>[0];

const message = (parts: Partial<Message>): Message => parts as Message;

test('the body is text, whatever section it came in', () => {
  const inputs = [Buffer.from('{"a":1}'), 'text', { a: 1 }, undefined].map((body) => toTriggerData(message({ body })));
  expect(inputs.map(({ input }) => input)).toEqual([
    { string: '{"a":1}' },
    { string: 'text' },
    { string: '{"a":1}' },
    { string: '' },
  ]);
});

test('strings go as strings, everything else as JSON, and what is missing does not go', () => {
  const { triggerMetadata } = toTriggerData(
    message({
      body: 'x',
      messageId: '123',
      deliveryCount: 0,
      enqueuedTimeUtc: new Date('2026-01-02T03:04:05.000Z'),
      expiresAtUtc: new Date('2026-01-02T03:04:05.600Z'),
      applicationProperties: { at: new Date(0) },
    }),
  );
  expect(triggerMetadata).toMatchObject({
    MessageId: { string: '123' },
    DeliveryCount: { json: '1' },
    EnqueuedTimeUtc: { json: '"2026-01-02T03:04:05"' },
    EnqueuedTime: { json: '"2026-01-02T03:04:05+00:00"' },
    ExpiresAtUtc: { json: '"2026-01-02T03:04:05.6"' },
    ApplicationProperties: { json: '{"at":"1970-01-01T00:00:00Z"}' },
  });
  expect(triggerMetadata).not.toHaveProperty('SessionId');
  expect(triggerMetadata).not.toHaveProperty('CorrelationId');
});

test('a message without a time to live expires at the end of .NET time', () => {
  expect(toTriggerData(message({ body: '' })).triggerMetadata.ExpiresAtUtc).toEqual({
    json: '"9999-12-31T23:59:59.9999999"',
  });
});

test('properties of a JSON body overwrite metadata of the same name, whatever its case', () => {
  const metadata = { MessageId: { string: 'a' }, To: { string: 'b' } };
  const body = JSON.stringify({ messageid: 7, to: null, list: [], nested: { x: 1 }, yes: true });
  expect(overwriteFromBody(metadata, body)).toEqual({
    MessageId: { string: '7' },
    To: { string: 'b' },
    nested: { json: '{"x":1}' },
    yes: { string: 'True' },
  });
});

test('a body that Newtonsoft.Json reads has properties, also when it is not quite JSON', () => {
  const body = ` {'a': 1.50, b: NaN, /* c */ "when": "2001-02-03T04:05:06.5+01:00", "a": 1e2, none: undefined,} `;
  expect(overwriteFromBody({}, body)).toEqual({
    a: { string: '100' },
    b: { string: 'NaN' },
    when: { string: '02/03/2001 03:05:06' },
  });
});

test('a body that is nested too deeply for Newtonsoft.Json has no properties', () => {
  const nested = (depth: number): string => `{"a":1,"b":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(overwriteFromBody({}, nested(63))).toEqual({ a: { string: '1' } });
  expect(overwriteFromBody({}, nested(64))).toEqual({});
});

test.each(['text', '[1]', '{not json}', '', '\uFEFF{"a":1}', '/* c */ {"a":1}', '{"a":1} {}', '{"a":\'1"}'])(
  'the body %j overwrites nothing',
  (body) => {
    expect(overwriteFromBody({ To: { string: 'b' } }, body)).toEqual({ To: { string: 'b' } });
  },
);

test('an output is one message, and an array one for each element', () => {
  const texts = (data: Parameters<typeof toBodies>[0]) => toBodies(data).map(String);
  expect(texts({ string: 'a' })).toEqual(['a']);
  expect(texts({ json: '{"a":1}' })).toEqual(['{"a":1}']);
  expect(texts({ json: '["a",{"b":1},2]' })).toEqual(['a', '{"b":1}', '2']);
  expect(texts({ bytes: Buffer.from('raw') })).toEqual(['raw']);
  expect(texts({ int: 0 })).toEqual(['0']);
});
