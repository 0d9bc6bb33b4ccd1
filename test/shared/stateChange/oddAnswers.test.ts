import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../../local/graph/faults/faultRule.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import { operationItemView } from '../../../shared/http/itemView.ts';
import odd from '../../fixtures/graph/odd-answers.json' with { type: 'json' };
import { accept, applyToEnd, change, historyOf, itemsOf, plan } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { Outside } from '../registration/sweeps.ts';

/** An answer of Graph to the request about one user among others, and the result for this user. */
interface OddAnswer {
  readonly name: string;
  readonly request: string;
  readonly answer: { readonly status: number; readonly body: Record<string, unknown> };
  readonly once?: boolean;
  readonly forAll?: boolean;
  /** The state that an administrator sets while the service waits. */
  readonly meanwhile?: string;
  readonly outcome: string;
  readonly code?: string;
  readonly says?: readonly string[];
  readonly saysNot?: readonly string[];
  readonly requestId?: string;
  readonly isRecorded?: boolean;
}

const CHANGES: readonly OddAnswer[] = odd.changes;
const REQUIREMENTS = '/authentication/requirements$';

let parts: Parts;
beforeAll(async () => {
  parts = await startParts({ users: 4_000 });
});
afterAll(() => parts.close());
afterEach(() => parts.graph.faults.remove());

describe.each(CHANGES)('Graph answers $name', (row) => {
  it(`the user is ${row.outcome} ${row.code ?? ''}, and the others are changed`, async () => {
    const outside = new Outside(parts);
    const people = parts.people.take(3, { state: 'disabled', where: ({ id }) => laneOf(id) === '03' });
    const one = people[0];
    if (one === undefined) throw new Error('There are no such users.');
    const wait = async (ms: number): Promise<void> => {
      await parts.clock.skip(ms);
      if (row.meanwhile !== undefined) outside.set(one, row.meanwhile as MfaState);
    };
    const deps = parts.worker({ wait });
    const method = row.request === 'write' ? 'PATCH' : 'GET';
    const path = `${row.forAll ? '' : one.id}${REQUIREMENTS}`;
    const rule: FaultRule = { match: { method, path, batchItem: true }, fault: row.answer };
    const operation = await accept(deps, { users: people.map(({ id }) => id) });
    const messages = await plan(deps, operation);
    parts.graph.faults.add(row.once ? { ...rule, times: 1 } : rule);
    for (const message of messages) await applyToEnd(message, deps);

    const items = await itemsOf(deps, operation);
    const others = row.forAll ? row.outcome : 'applied';
    expect(items.map(({ outcome }) => outcome)).toEqual([row.outcome, others, others]);
    const [shown] = items.map(operationItemView);
    const detail = shown?.detail;
    expect(detail).toMatchObject({
      ...(row.code === undefined ? {} : { code: row.code }),
      ...(row.requestId === undefined ? {} : { requestId: row.requestId }),
    });
    for (const text of row.says ?? []) expect(detail?.message).toContain(text);
    for (const text of row.saysNot ?? []) expect(detail?.message).not.toContain(text);
    const { code, message, requestId } = detail ?? {};
    const entry = { event: 'stateChangeFailed', code, message, ...(requestId === undefined ? {} : { requestId }) };
    const history = await historyOf(deps, one.id);
    if (row.isRecorded === false) expect(history).toEqual([]);
    else expect(history).toMatchObject([entry]);
  });
});

describe('Graph answers 401 once, to', () => {
  const users = '/users\\?';
  it.each<[string, FaultRule['match']]>([
    ['a batch', { batchEnvelope: true }],
    ['a look-up by name', { path: users, batchItem: true }],
    ['the read of a state', { method: 'GET', path: REQUIREMENTS, batchItem: true }],
    ['the change of a state', { method: 'PATCH', path: REQUIREMENTS, batchItem: true }],
    ['Conditional Access', { path: 'conditionalAccess' }],
    ['security defaults', { path: 'identitySecurityDefaults' }],
    ['the protected accounts', { path: 'directoryRoles' }],
    ['the methods before enforcing', { path: '/authentication/methods', batchItem: true }],
  ])('%s: it is asked again, and never called a missing permission', async (_, match) => {
    const deps = parts.worker({ wait: parts.clock.skip });
    const { name } = parts.people.one({ state: 'disabled', registered: true });
    parts.graph.faults.add({ match, times: 1, fault: { status: 401 } });
    expect(await change(deps, { users: [name], state: 'enforced' })).toMatchObject([{ outcome: 'applied' }]);
    expect(parts.graph.faults.list()).toMatchObject([{ fired: 1 }]);
  });
});
