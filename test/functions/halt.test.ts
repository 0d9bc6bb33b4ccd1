import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntryView } from '../../shared/http/auditEntryView.ts';
import type { WriteHaltView } from '../../shared/http/haltView.ts';
import type { TenantPolicyView } from '../../shared/http/tenantPolicyView.ts';
import type { ErrorBody, ListBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;
let other: App;

beforeAll(async () => {
  parts = await startParts({ users: 1_000 });
  [app, other] = await Promise.all([startApp(parts), startApp(parts)]);
});
afterAll(async () => {
  await Promise.all([app.child.stop(), other.child.stop()]);
  await parts.close();
});

const halt = (reason: string): Promise<WriteHaltView> =>
  app.call<WriteHaltView>('POST', 'halt', { reason }).then(({ body }) => body);
const resume = (): Promise<WriteHaltView> => app.call<WriteHaltView>('DELETE', 'halt').then(({ body }) => body);
const decisions = async (event: string): Promise<AuditEntryView[]> =>
  (await app.get<ListBody<AuditEntryView>>(`audit?event=${event}`)).body.value;

describe('a halt', () => {
  it('stops all instances within a minute, loses nothing, and ends', async () => {
    const users = parts.people.take(3, { state: 'disabled' }).map(({ id }) => id);
    const first = await halt('An attack');
    expect(first).toMatchObject({ isHalted: true, isNew: true, halt: { reason: 'An attack' } });
    expect(await halt('Another')).toEqual({ ...first, isNew: false });
    // Each instance has looked for a halt before, at most some seconds ago.
    const shown = async (one: App) => (await one.get<TenantPolicyView>('tenant/policy')).body.halt;
    await waitUntil(async () => (await shown(other)) !== null, 'the other instance shows the halt');
    expect(await shown(app)).toEqual(first.halt);

    const operation = await app.request({ state: 'enabled', users, reason: 'a test' });
    const canceled = await app.request({ state: 'enabled', users: [parts.people.one().id], reason: 'a test' });
    const waiting = (): boolean =>
      [...app.lines, ...other.lines].some((line) => line.includes(operation.id) && /"putAside":[1-9]/.test(line));
    await waitUntil(waiting, 'the users wait');
    expect((await app.call('POST', `operations/${canceled.id}/cancel`)).status).toBe(202);
    expect(parts.graph.ledger.entries).toEqual([]);

    expect(await resume()).toMatchObject({ isHalted: false, isNew: true, halt: first.halt });
    expect(await resume()).toMatchObject({ isHalted: false, isNew: false });
    await waitUntil(
      async () => (await app.get(`operations/${operation.id}`)).body.counts.applied === 3,
      'the users are changed after the halt',
      120_000,
    );
    expect(await app.over(canceled)).toMatchObject({ status: 'Canceled' });
    expect(parts.graph.ledger.entries).toHaveLength(3);
    expect((await app.get<TenantPolicyView>('tenant/policy')).body.halt).toBeNull();
  });

  it('is on the record once, with its caller and reason, and so is its end', async () => {
    await resume();
    const before = { halted: await decisions('writesHalted'), resumed: await decisions('writesResumed') };
    await halt('The second attack');
    await halt('The second attack');
    await resume();
    await resume();
    const halted = await decisions('writesHalted');
    const resumed = await decisions('writesResumed');
    expect(halted).toHaveLength(before.halted.length + 1);
    expect(resumed).toHaveLength(before.resumed.length + 1);
    expect(halted[0]).toMatchObject({ event: 'writesHalted', reason: 'The second attack' });
    expect(resumed[0]).toMatchObject({ event: 'writesResumed', reason: 'The second attack' });
  });

  it.each([
    ['without a reason', {}],
    ['with an empty reason', { reason: ' ' }],
    ['with a reason of 501 characters', { reason: 'x'.repeat(501) }],
    ['with an unknown property', { reason: 'An attack', force: true }],
  ])('is not made %s', async (_, body) => {
    const refused = await app.call<ErrorBody>('POST', 'halt', body);
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'InvalidRequest' } } });
    expect((await app.get<TenantPolicyView>('tenant/policy')).body.halt).toBeNull();
  });
});
