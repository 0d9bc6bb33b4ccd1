import { expect, it } from 'vitest';
import { ExpressFirst } from '../../../shared/host/expressFirst.ts';

/** Work that ends when the test says so, and a clock that stands still until the test moves it. */
function ground() {
  const timers: { readonly ms: number; readonly resolve: () => void }[] = [];
  const first = new ExpressFirst((ms) => new Promise((resolve) => timers.push({ ms, resolve })));
  const log: string[] = [];
  const start = (name: string, isExpress: boolean) => {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done = first.run(isExpress, () => {
      log.push(name);
      return ended;
    });
    return { end, done };
  };
  const pass = async (ms: number): Promise<void> => {
    for (const timer of timers.filter((one) => one.ms <= ms)) timer.resolve();
    await settle();
  };
  return { start, log, pass };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('messages of large operations begin at once while no express one is handled', () => {
  const { start, log } = ground();
  start('large 1', false);
  start('large 2', false);
  expect(log).toEqual(['large 1', 'large 2']);
});

it('an express message begins at once, whatever is under way', () => {
  const { start, log } = ground();
  start('large', false);
  start('express 1', true);
  start('express 2', true);
  expect(log).toEqual(['large', 'express 1', 'express 2']);
});

it('a message of a large operation begins when the last express one has ended, also with an error', async () => {
  const { start, log } = ground();
  const [one, two] = [start('express 1', true), start('express 2', true)];
  start('large', false);
  one.end();
  await settle();
  expect(log).not.toContain('large');
  two.end();
  await settle();
  expect(log).toContain('large');

  const first = new ExpressFirst(() => new Promise(() => {}));
  await expect(first.run(true, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await settle();
  expect(await first.run(false, async () => 'begun')).toBe('begun');
});

it('a message of a large operation waits for a second at most, however many express ones follow', async () => {
  const { start, log, pass } = ground();
  start('express', true);
  start('large', false);
  await pass(999);
  expect(log).toEqual(['express']);
  await pass(1_000);
  expect(log).toEqual(['express', 'large']);
});

it('an express message that waits for something itself is no longer waited for', async () => {
  const { start, log, pass } = ground();
  start('express', true);
  await pass(5_000);
  start('large', false);
  expect(log).toEqual(['express', 'large']);
});
