import type { Operation } from '../domain/operation.ts';
import { insertMissing } from '../tables/insert.ts';
import { removeRows } from '../tables/remove.ts';
import { readPage } from '../tables/rows.ts';
import type { OpenTable } from '../tables/tables.ts';

const PARTITION = 'exceptions';
/** The most exceptions that are looked at in one invocation. The next one takes the others. */
const MOST_AT_ONCE = 100;

/**
 * Operations whose changes end at a time: table `control`, partition `exceptions`, a row each, whose key begins with the time.
 */
export class ExceptionStore {
  readonly #open: OpenTable;

  constructor(open: OpenTable) {
    this.#open = open;
  }

  /** Remembers that an operation ends. Repeating it changes nothing. */
  async keep({ id, until }: Pick<Operation, 'id' | 'until'>): Promise<void> {
    if (until === undefined) return;
    await insertMissing(await this.#open('control'), [{ partitionKey: PARTITION, rowKey: `${keyOf(until)}_${id}` }]);
  }

  /** Operations whose time has come, by key. */
  async due(now: number): Promise<{ readonly key: string; readonly operationId: string }[]> {
    const range = { from: '', to: `${keyOf(new Date(now).toISOString())}~` };
    const rows = await readPage(await this.#open('control'), PARTITION, range, MOST_AT_ONCE);
    return rows.map(({ rowKey }) => ({ key: rowKey, operationId: rowKey.slice(rowKey.indexOf('_') + 1) }));
  }

  async remove(key: string): Promise<void> {
    await removeRows(await this.#open('control'), PARTITION, [key]);
  }
}

function keyOf(iso: string): string {
  return String(Date.parse(iso)).padStart(15, '0');
}
