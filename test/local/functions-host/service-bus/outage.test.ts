import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ConnectionLostError } from '../../../../local/functions-host/service-bus/clientConnection.ts';
import { createOutage } from '../../../../local/functions-host/service-bus/outage.ts';

function setUp() {
  const said: string[] = [];
  const stop = new AbortController();
  let nowMs = 0;
  const outage = createOutage({
    stop: stop.signal,
    random: () => 0,
    now: () => nowMs,
    lost: (error) => said.push((error as Error).message),
    regained: () => said.push('regained'),
  });
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  return { said, stop, outage, pass };
}

test('an outage is said once, and so is its end', async () => {
  const { said, outage } = setUp();
  await outage.failed(new Error('first'));
  await outage.failed(new Error('second'));
  outage.succeeded();
  outage.succeeded();
  expect(said).toEqual(['first', 'regained']);
});

test('a connection that breaks is no outage while there is a new one', async () => {
  const { said, outage } = setUp();
  await outage.failed(new ConnectionLostError());
  outage.succeeded();
  await outage.failed(new ConnectionLostError());
  await outage.failed(new Error('refused'));
  expect(said).toEqual(['refused']);
});

test('a request that waited long before it failed begins another outage', async () => {
  const { said, outage, pass } = setUp();
  await outage.failed(new Error('first'));
  pass(60_000);
  await outage.failed(new Error('second'));
  expect(said).toEqual(['first', 'regained', 'second']);
});

test('stopping ends the pause', async () => {
  const { outage, stop } = setUp();
  const pauses = Promise.all(Array.from({ length: 8 }, () => outage.failed(new Error('away'))));
  const ended = pauses.then(() => 'ended');
  stop.abort();
  expect(await Promise.race([ended, setImmediate('still waiting')])).toBe('ended');
});
