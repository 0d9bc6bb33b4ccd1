import { afterAll, beforeAll, expect, it } from 'vitest';
import { listOperations } from '../../../shared/http/operationList.ts';
import { accept } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 1 });
});
afterAll(() => parts.close());

it('lists the other operations when the rows of one cannot be read', async () => {
  const deps = parts.worker();
  const accepted: string[] = [];
  for (let number = 0; number < 3; number++) accepted.push((await accept(deps, { users: ['ada@contoso.com'] })).id);
  const [oldest, damaged, newest] = accepted as [string, string, string];
  const table = await deps.open('operations');
  await table.updateEntity({ partitionKey: damaged, rowKey: 'header', operation0: '{"version":2}' }, 'Merge');
  const { value } = await listOperations(undefined, deps, 'https://example.com');
  expect(value.map(({ id }) => id)).toEqual([newest, oldest]);
});
