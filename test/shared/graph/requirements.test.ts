import { afterAll, beforeAll, expect, it } from 'vitest';
import { change, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 100 });
});
afterAll(() => parts.close());

it('tells Graph the operation behind a write, so that its logs lead back to it', async () => {
  const deps = parts.worker();
  const { id } = parts.people.one();
  await change(deps, { users: [id] }, { id: 'b3f0c5de-9a57-4c3e-8c3c-0d6a3a0a7f11' });
  expect(writesOf(parts.graph, id).map((write) => write.clientRequestId)).toEqual([
    'b3f0c5de-9a57-4c3e-8c3c-0d6a3a0a7f11',
  ]);
});
