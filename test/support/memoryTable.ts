import type { TableClient } from '@azure/data-tables';
import type { OpenTable } from '../../shared/tables/tables.ts';

/**
 * A table that keeps one row in memory, for properties that need thousands of writes: what a row's versions do there is
 * what Table Storage does, and tests against Azurite prove that the rest is the same.
 */
export function memoryTable(): OpenTable {
  let row: Record<string, unknown> | undefined;
  let version = 0;
  const failure = (statusCode: number): Error => Object.assign(new Error(`status ${statusCode}`), { statusCode });
  const client = {
    async getEntity() {
      if (row === undefined) throw failure(404);
      return { ...row, etag: String(version) };
    },
    async createEntity(entity: Record<string, unknown>) {
      if (row !== undefined) throw failure(409);
      row = entity;
      version++;
      return { etag: String(version) };
    },
    async updateEntity(entity: Record<string, unknown>, _mode: string, { etag }: { etag: string }) {
      if (row === undefined) throw failure(404);
      if (etag !== '*' && etag !== String(version)) throw failure(412);
      row = entity;
      version++;
      return { etag: String(version) };
    },
  };
  return async () => client as unknown as TableClient;
}
