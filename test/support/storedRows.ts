import type { TableClient } from '@azure/data-tables';
import type { OpenTable } from '../../shared/tables/tables.ts';

type Row = Readonly<Record<string, unknown>>;

/** What went to tables: each row, and the bytes of each request's body. */
export interface StoredRows {
  readonly open: OpenTable;
  readonly rows: readonly Row[];
  readonly bodies: readonly number[];
}

/** Tables that note each row and request on its way to the storage. */
export function storedRows(open: OpenTable): StoredRows {
  const rows: Row[] = [];
  const bodies: number[] = [];
  const noted = new WeakSet<TableClient>();
  const note = (name: PropertyKey, [first]: readonly unknown[]): void => {
    if (name === 'submitTransaction') for (const [, row] of first as readonly [string, Row][]) rows.push(row);
    else if (name === 'createEntity' || name === 'updateEntity' || name === 'upsertEntity') rows.push(first as Row);
  };
  const around = (table: TableClient): TableClient =>
    new Proxy(table, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          note(name, args);
          return member.apply(target, args);
        };
      },
    });
  return {
    rows,
    bodies,
    open: async (name) => {
      const table = await open(name);
      if (!noted.has(table)) {
        noted.add(table);
        table.pipeline.addPolicy({
          name: 'bodies',
          sendRequest: (request, next) => {
            bodies.push(typeof request.body === 'string' ? Buffer.byteLength(request.body) : 0);
            return next(request);
          },
        });
      }
      return around(table);
    },
  };
}
