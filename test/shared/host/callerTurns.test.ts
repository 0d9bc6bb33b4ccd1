import { expect, it } from 'vitest';
import { CallerTurns } from '../../../shared/host/callerTurns.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Requests that are answered when the test says so. */
function ground() {
  const turns = new CallerTurns();
  const begun: string[] = [];
  const send = (caller: string, name: string) => {
    let end = (_error?: Error): void => {};
    const answered = new Promise<string>((resolve, reject) => {
      end = (error) => (error === undefined ? resolve(name) : reject(error));
    });
    const done = turns.run(caller, () => {
      begun.push(name);
      return answered;
    });
    return { end: (error?: Error) => end(error), done };
  };
  return { send, begun };
}

it('eight requests of a caller are answered at the same time, and the others in their order', async () => {
  const { send, begun } = ground();
  const requests = Array.from({ length: 20 }, (_, number) => send('a', `a${number}`));
  await settle();
  expect(begun).toHaveLength(8);
  requests[3]?.end();
  await settle();
  expect(begun.slice(8)).toEqual(['a8']);
  for (const { end } of requests) {
    end();
    await settle();
  }
  expect(begun).toEqual(requests.map((_, number) => `a${number}`));
  expect(await Promise.all(requests.map(({ done }) => done))).toEqual(begun);
});

it('another caller does not wait for them', async () => {
  const { send, begun } = ground();
  for (let number = 0; number < 50; number++) send('a', 'a');
  send('b', 'b');
  await settle();
  expect(begun.at(-1)).toBe('b');
});

it('a request that fails gives its turn on too', async () => {
  const { send, begun } = ground();
  const requests = Array.from({ length: 9 }, (_, number) => send('a', `a${number}`));
  const failed = expect(requests[0]?.done).rejects.toThrow('refused');
  requests[0]?.end(new Error('refused'));
  await failed;
  await settle();
  expect(begun).toContain('a8');
});

it('a caller has eight turns again when all requests are answered', async () => {
  const { send, begun } = ground();
  const first = Array.from({ length: 10 }, (_, number) => send('a', `a${number}`));
  for (const { end } of first) end();
  await Promise.all(first.map(({ done }) => done));
  for (let number = 0; number < 10; number++) send('a', 'later');
  await settle();
  expect(begun.filter((name) => name === 'later')).toHaveLength(8);
});
