import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Acknowledgement, acknowledgementSchema } from '../../../shared/domain/mfaState.ts';
import type { Actor, Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { retryOperation } from '../../../shared/stateChange/retry.ts';
import { accept, actor, historyOf, run, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts({ users: 300 });
  deps = parts.worker();
});
afterAll(() => parts.close());

const retry = (original: Operation, mayWeaken: boolean): Promise<Operation> =>
  retryOperation(original, { id: randomUUID(), request: { acknowledge: ['weaken'] }, actor, mayWeaken }, deps);

it('a retry may do what its caller may, whatever the caller of the original might', async () => {
  const { id } = parts.people.one({ state: 'enforced' });
  // Its caller might have weakened, but did not acknowledge it.
  const original = await accept(deps, { users: [id] }, { mayWeaken: true });
  expect(await run(deps, original)).toMatchObject([{ outcome: 'refused', detail: { code: 'weaken' } }]);

  const denied = await retry(original, false);
  expect(await run(deps, denied)).toMatchObject([{ outcome: 'refused', detail: { code: 'weakenNotAllowed' } }]);
  expect(writesOf(parts.graph, id)).toEqual([]);

  const allowed = await retry(denied, true);
  expect(await run(deps, allowed)).toMatchObject([{ outcome: 'applied', detail: { overrides: ['weaken'] } }]);
  expect((await historyOf(deps, id)).map(({ event, operationId }) => [event, operationId])).toEqual([
    ['stateChanged', allowed.id],
    ['stateChangeRefused', denied.id],
    ['stateChangeRefused', original.id],
  ]);
});

it('a retry overrides only what its own caller acknowledges, and records both callers', async () => {
  const { id } = parts.people.one({ state: 'enforced' });
  const administrator: Actor = { kind: 'user', id: '22222222-2222-4333-8444-555555555555' };
  const again = (original: Operation, acknowledge: Acknowledgement[]): Promise<Operation> =>
    retryOperation(
      original,
      { id: randomUUID(), request: { acknowledge }, actor: administrator, mayWeaken: true },
      deps,
    );
  // Its caller acknowledges everything, and has only the right to raise states.
  const everything = [...acknowledgementSchema.options];
  const original = await accept(deps, { users: [id], acknowledge: everything }, { mayWeaken: false });
  expect(await run(deps, original)).toMatchObject([{ outcome: 'refused', detail: { code: 'weakenNotAllowed' } }]);

  const advised = await again(original, []);
  expect(advised.acknowledge).toEqual([]);
  expect(await run(deps, advised)).toMatchObject([{ outcome: 'refused', detail: { code: 'weaken' } }]);
  expect(writesOf(parts.graph, id)).toEqual([]);

  const meant = await again(advised, ['weaken']);
  expect(meant.acknowledge).toEqual(['weaken']);
  expect(await run(deps, meant)).toMatchObject([{ outcome: 'applied', detail: { overrides: ['weaken'] } }]);
  expect(await historyOf(deps, id)).toMatchObject([
    { event: 'stateChanged', actor: administrator, requestedBy: administrator },
    { event: 'stateChangeRefused', actor: administrator, requestedBy: actor },
    { event: 'stateChangeRefused', actor },
  ]);
});
