import type { TableClient } from '@azure/data-tables';
import type { OpenTable } from '../../shared/tables/tables.ts';

/**
 * A table that keeps its rows in memory, for properties that need thousands of writes: what a row's versions do there is
 * what Table Storage does, and tests against Azurite prove that the rest is the same.
 */
export function memoryTable(): OpenTable {
  const rows = new Map<string, { readonly entity: Record<string, unknown>; readonly etag: string }>();
  let version = 0;
  const keyOf = (partitionKey: unknown, rowKey: unknown): string => JSON.stringify([partitionKey, rowKey]);
  const put = (entity: Record<string, unknown>) => {
    const etag = String(++version);
    rows.set(keyOf(entity.partitionKey, entity.rowKey), { entity, etag });
    return { etag };
  };
  const failure = (statusCode: number): Error => Object.assign(new Error(`status ${statusCode}`), { statusCode });
  const client = {
    async getEntity(partitionKey: string, rowKey: string) {
      const row = rows.get(keyOf(partitionKey, rowKey));
      if (row === undefined) throw failure(404);
      return { ...row.entity, etag: row.etag };
    },
    async createEntity(entity: Record<string, unknown>) {
      if (rows.has(keyOf(entity.partitionKey, entity.rowKey))) throw failure(409);
      return put(entity);
    },
    async updateEntity(entity: Record<string, unknown>, _mode: string, { etag }: { etag: string }) {
      const row = rows.get(keyOf(entity.partitionKey, entity.rowKey));
      if (row === undefined) throw failure(404);
      if (etag !== '*' && etag !== row.etag) throw failure(412);
      return put(entity);
    },
  };
  return async () => client as unknown as TableClient;
}
