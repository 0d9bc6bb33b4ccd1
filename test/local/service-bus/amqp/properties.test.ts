import type { Connection } from 'rhea';
import rhea from 'rhea';
import { expect, test, vi } from 'vitest';
import { sectionElements, splitSections } from '../../../../local/service-bus/amqp/sections.ts';
import { decodeValue, encodeValue } from '../../../../local/service-bus/amqp/values.ts';
import { startEmulator } from '../startEmulator.ts';
import { until } from '../until.ts';
import { connect, manage, once, receiveByHand, send } from './rheaClient.ts';

/** A value of each type that a property can have, such as JavaScript has no numbers for. */
const typed = {
  long: rhea.types.wrap_long(5),
  short: rhea.types.wrap_short(5),
  byte: rhea.types.wrap_byte(-5),
  ulong: rhea.types.wrap_ulong(5),
  float: rhea.types.wrap_float(1),
  double: rhea.types.wrap_double(1),
  char: rhea.types.wrap_char(65),
  uuid: rhea.types.wrap_uuid(Buffer.alloc(16, 7)),
  when: rhea.types.wrap_timestamp(77),
  symbol: rhea.types.wrap_symbol('s'),
  span: rhea.types.wrap_described(rhea.types.wrap_long(5) as never, 'com.microsoft:timespan' as never),
};
const encodedMap = Object.entries(typed).map(([name, value]) => [
  name,
  Buffer.from(encodeValue(value)).toString('hex'),
]);

/** The encoded application properties of what is peeked in a queue. */
async function encodedProperties(connection: Connection, queue: string): Promise<[string, string][]> {
  const peek = { 'from-sequence-number': 0, 'message-count': 1 };
  const { body } = await manage(connection, queue, 'com.microsoft:peek-message', peek);
  const { applicationProperties } = splitSections(body.messages[0].message);
  const elements = sectionElements(applicationProperties ?? Buffer.alloc(0));
  return elements.flatMap((key, index): [string, string][] =>
    index % 2 === 0 ? [[String(decodeValue(key)), (elements[index + 1] as Buffer).toString('hex')]] : [],
  );
}

test.each([
  ['abandoned', false, 'q'],
  ['deferred', true, 'q'],
] as const)('properties that are changed as a message is %s keep their types', async (_, undeliverable, queue) => {
  const emulator = await startEmulator({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 });
  const receiver = receiveByHand(connection);
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  const change = { undeliverable_here: undeliverable, message_annotations: typed };
  (delivery as unknown as { modified(params: object): void }).modified(change);
  await vi.waitFor(() => expect(emulator.queue('q')).toMatchObject({ locked: 0 }), until);
  expect(await encodedProperties(connection, queue)).toEqual(encodedMap);
});

test('properties that are added to a dead letter keep their types, on both ways', async () => {
  const emulator = await startEmulator({ q: {} });
  const connection = connect(emulator);
  await send(connection, 'q', { body: 1 }, { body: 2 });
  const receiver = receiveByHand(connection);
  receiver.add_credit(1);
  const { delivery } = await once(receiver, 'message');
  const info = { DeadLetterReason: 'why', ...typed };
  delivery?.reject({ condition: 'com.microsoft:dead-letter', info } as never);
  await vi.waitFor(() => expect(emulator.queue('q').deadLetter).toBe(1), until);
  const why = ['DeadLetterReason', Buffer.from(encodeValue('why')).toString('hex')];
  expect(await encodedProperties(connection, 'q/$deadletterqueue')).toEqual([...encodedMap, why]);

  receiver.add_credit(1);
  const second = await once(receiver, 'message');
  const token = second.delivery?.tag as Buffer;
  // The tag is the token with its first groups the other way round.
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, 8],
  ] as const)
    token.subarray(from, to).reverse();
  await manage(connection, 'q', 'com.microsoft:update-disposition', {
    'lock-tokens': rhea.types.wrap_array([token], 0x98, undefined as never),
    'disposition-status': 'defered',
    'properties-to-modify': typed,
  });
  expect(await encodedProperties(connection, 'q')).toEqual(encodedMap);
});
