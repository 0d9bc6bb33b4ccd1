import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { actor, change, run } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';
import { DAY_MS, entriesOf, sweep } from './sweeps.ts';

let parts: Parts;
let deps: Dependencies;
beforeAll(async () => {
  parts = await startParts({ users: 60 });
  deps = parts.worker();
  await sweep(deps, { promote: true }); // promotes the users of the generated tenant who are due
});
afterAll(() => parts.close());
beforeEach(() => parts.graph.tenant.changeSettings({ securityDefaults: false }));

/** An enabled and registered user whose promotion is asked for, and the operation that does. */
async function due(): Promise<{ person: Person; promotion: Operation }> {
  const person = parts.people.one({ state: 'disabled', registered: true });
  await change(deps, { users: [person.id] });
  expect((await sweep(deps, { promote: true })).promoted).toBe(1);
  return { person, promotion: await newestOperation() };
}

async function newestOperation(): Promise<Operation> {
  for await (const { operationId } of deps.index.newestFirst())
    return (await deps.operations.get(operationId)) as Operation;
  throw new Error('There is no operation.');
}

async function promotedADayLater(): Promise<number> {
  parts.clock.advance(DAY_MS);
  return (await sweep(deps, { promote: true })).promoted;
}

it('a promotion that was refused is requested again, a day later, until it is made', async () => {
  const { person, promotion } = await due();
  parts.graph.tenant.changeSettings({ securityDefaults: true });
  expect(await run(deps, promotion)).toMatchObject([{ outcome: 'refused' }]);
  expect((await sweep(deps, { promote: true })).promoted).toBe(0); // each refusal is recorded: not in every sweep

  expect(await promotedADayLater()).toBe(1);
  expect(await run(deps, await newestOperation())).toMatchObject([{ outcome: 'refused' }]);
  parts.graph.tenant.changeSettings({ securityDefaults: false });
  expect(await promotedADayLater()).toBe(1);
  expect(await run(deps, await newestOperation())).toMatchObject([{ outcome: 'applied' }]);
  expect(await promotedADayLater()).toBe(0);
  expect((await entriesOf(deps, person)).filter((entry) => entry.startsWith('stateChanged'))).toEqual([
    'stateChanged disabled enabled',
    'stateChanged enabled enforced',
  ]);
});

it('a promotion that has not ended is not requested a second time', async () => {
  const { promotion } = await due();
  expect(await promotedADayLater()).toBe(0);
  parts.graph.tenant.changeSettings({ securityDefaults: true });
  await run(deps, promotion);
  expect(await promotedADayLater()).toBe(1);
});

it('a promotion that was refused is not requested when it is no longer due', async () => {
  const { person, promotion } = await due();
  parts.graph.tenant.changeSettings({ securityDefaults: true });
  await run(deps, promotion);
  parts.graph.tenant.changeSettings({ securityDefaults: false });
  await change(deps, { users: [person.id], state: 'disabled' });
  expect(await promotedADayLater()).toBe(0);
});

it('a promotion that a person has canceled is not requested again', async () => {
  const { promotion } = await due();
  await cancelOperation(promotion.id, actor, deps);
  expect(await run(deps, (await deps.operations.get(promotion.id)) as Operation)).toMatchObject([
    { outcome: 'canceled' },
  ]);
  expect(await promotedADayLater()).toBe(0);
});
