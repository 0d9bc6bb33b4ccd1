/** An item in a heap; the handle with which it can be taken out again. */
export interface HeapEntry<T> {
  readonly key: number;
  readonly item: T;
  /** Orders entries with the same key by insertion. */
  readonly order: number;
  /** The position of the entry in its heap; -1 after its removal. */
  position: number;
}

/**
 * A binary heap, smallest key first and equal keys in the order of insertion. Any entry can be removed by its handle,
 * so that nothing that was settled early stays behind: every operation is O(log n), and O(1) for keys added in order.
 */
export class Heap<T> {
  readonly #entries: HeapEntry<T>[] = [];
  #insertions = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** The smallest key, or Infinity when the heap is empty. */
  get firstKey(): number {
    return this.#entries[0]?.key ?? Number.POSITIVE_INFINITY;
  }

  add(key: number, item: T): HeapEntry<T> {
    const entry: HeapEntry<T> = { key, item, order: this.#insertions++, position: this.#entries.length };
    this.#entries.push(entry);
    this.#rise(entry);
    return entry;
  }

  /** Takes the first item out if its key is at most `key`. */
  takeUpTo(key: number): T | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.key > key) return undefined;
    this.remove(first);
    return first.item;
  }

  takeFirst(): T | undefined {
    return this.takeUpTo(Number.POSITIVE_INFINITY);
  }

  /** Takes an entry out, wherever it is. Does nothing when it has left already. */
  remove(entry: HeapEntry<T>): void {
    const { position } = entry;
    if (position < 0) return;
    entry.position = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, position);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(entry: HeapEntry<T>): void {
    while (entry.position > 0) {
      const position = (entry.position - 1) >> 1;
      const parent = this.#entries[position] as HeapEntry<T>;
      if (!precedes(entry, parent)) return;
      this.#put(parent, entry.position);
      this.#put(entry, position);
    }
  }

  #sink(entry: HeapEntry<T>): void {
    for (;;) {
      const left = this.#entries[2 * entry.position + 1];
      const right = this.#entries[2 * entry.position + 2];
      const child = left !== undefined && right !== undefined && precedes(right, left) ? right : left;
      if (child === undefined || !precedes(child, entry)) return;
      const { position } = child;
      this.#put(child, entry.position);
      this.#put(entry, position);
    }
  }

  #put(entry: HeapEntry<T>, position: number): void {
    this.#entries[position] = entry;
    entry.position = position;
  }
}

function precedes<T>(one: HeapEntry<T>, other: HeapEntry<T>): boolean {
  return one.key < other.key || (one.key === other.key && one.order < other.order);
}
