import { afterEach, describe, expect, it } from 'vitest';
import { Crash } from './crash.ts';
import { interrupt } from './interrupt.ts';

class Store {
  readonly kept: string[] = [];

  async put(one: string): Promise<number> {
    return this.kept.push(one);
  }
}

describe('a method that is interrupted', () => {
  const store = new Store();
  const { put } = store;
  afterEach(() => {
    store.kept.length = 0;
  });

  it('does nothing when that is before it, at the call that was named, and works again', async () => {
    interrupt(store, 'put', 'before', { at: 2 });
    await store.put('a');
    await expect(store.put('b')).rejects.toThrow(Crash);
    expect(await store.put('c')).toBe(2);
    expect(store.kept).toEqual(['a', 'c']);
  });

  it('does everything when that is after it, at the first call with such arguments', async () => {
    interrupt(store, 'put', 'after', { at: (one) => one === 'b' });
    await store.put('a');
    await expect(store.put('b')).rejects.toThrow(Crash);
    await store.put('b');
    expect(store.kept).toEqual(['a', 'b', 'b']);
  });

  it('waits for other work at this point, once, and continues', async () => {
    interrupt(store, 'put', 'before', { work: () => store.put('other') });
    expect(await store.put('own')).toBe(2);
    expect(store.kept).toEqual(['other', 'own']);
  });

  it('is what it was, by the end of each test', () => {
    expect(store.put).toBe(put);
    expect(Object.keys(store)).toEqual(['kept']);
  });
});

// Expected to fail, because what is tested is that Vitest counts such a test as failed: only Vitest itself can show
// that.
it.fails('a test whose interruption never took place fails', async () => {
  interrupt(new Store(), 'put', 'before');
});
