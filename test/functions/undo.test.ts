import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import type { AuditEntryView } from '../../shared/http/auditEntryView.ts';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import type { OperationView } from '../../shared/http/operationView.ts';
import type { ErrorBody, OperationBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const ADA = '77777777-7777-4888-9999-aaaaaaaaaaa1';
const BEN = '77777777-7777-4888-9999-aaaaaaaaaaa2';
const ALL = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'];

let parts: Parts;
let app: App;
let control: GraphControl;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
    GRAPH_CONSISTENCY_SECONDS: '1',
  });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

async function call<T>(oid: string, roles: string[], method: string, path: string, body?: object): Promise<Reply<T>> {
  const token = await control.token({ oid, upn: `${oid}@contoso.com`, roles });
  return app.call<T>(method, path, body, { Authorization: `Bearer ${token}` });
}

async function over({ id }: OperationBody): Promise<OperationBody> {
  return waitUntil(async () => {
    const { body } = await call<OperationBody>(ADA, ALL, 'GET', `operations/${id}`);
    return body.finishedDateTime !== null && body;
  }, `operation ${id} has finished`);
}

async function change(oid: string, body: object): Promise<OperationBody> {
  const reply = await call<OperationBody>(oid, ALL, 'POST', 'state-changes', { reason: 'a list', ...body });
  expect(reply.status).toBe(202);
  return over(reply.body);
}

const undo = (oid: string, roles: string[], { id }: OperationBody, body: object = {}) =>
  call<OperationBody & ErrorBody>(oid, roles, 'POST', `operations/${id}/undo`, { reason: 'wrong list', ...body });

async function stateOf(id: string): Promise<string> {
  const { body } = await call<{ state: string }>(ADA, ALL, 'GET', `users/${id}/mfa-state`);
  return body.state;
}

describe('an undo', () => {
  it('brings back the state of each user from before, and leaves users alone who were changed since', async () => {
    const off = parts.people.take(3, { state: 'disabled', registered: true }).map(({ id }) => id);
    const on = parts.people.take(1, { state: 'enabled', registered: true }).map(({ id }) => id);
    const already = parts.people.take(1, { state: 'enforced', registered: true }).map(({ id }) => id);
    const list = await change(ADA, { state: 'enforced', users: [...off, ...on, ...already] });
    expect(list.counts).toMatchObject({ applied: 4, unchanged: 1 });
    await change(BEN, { state: 'enforced', users: [off[0]] }); // asked for on its own
    await control.setState(off[1] as string, 'enabled'); // by an administrator, in the portal
    const reply = await undo(ADA, ALL, list);
    expect(reply).toMatchObject({ status: 202, body: { kind: 'undo', undoOf: list.id } });
    expect((await over(reply.body)).counts).toMatchObject({ applied: 2, superseded: 2 });
    expect(await Promise.all([...off, ...on, ...already].map(stateOf))).toEqual([
      'enforced',
      'enabled',
      'disabled',
      'enabled',
      'enforced',
    ]);
    const { body } = await call<{ value: AuditEntryView[] }>(ADA, ALL, 'GET', `audit?operation=${reply.body.id}`);
    expect(body.value.filter(({ event }) => event === 'undoAccepted')).toMatchObject([
      { related: list.id, requestedBy: { id: ADA }, reason: 'wrong list' },
    ]);
  });

  it('of an undo brings the users back once more', async () => {
    const [person] = parts.people.take(1, { state: 'disabled' });
    const list = await change(ADA, { state: 'enabled', users: [person?.id] });
    const back = await over((await undo(ADA, ALL, list)).body);
    expect(back.counts).toMatchObject({ applied: 1 });
    const again = await over((await undo(ADA, ALL, back)).body);
    expect(again.counts).toMatchObject({ applied: 1 });
    expect(await stateOf(person?.id as string)).toBe('enabled');
  });

  it('of more users than the daily limit has left waits for a second person, without an acknowledgement', async () => {
    const many = parts.people.take(55, { state: 'disabled', registered: false }).map(({ id }) => id); // the limit is 50
    const list = await change(ADA, { state: 'enabled', users: many });
    expect(list.counts).toMatchObject({ applied: 55 });
    const { body } = await undo(ADA, ALL, list);
    const waiting = await waitUntil(async () => {
      const reply = await call<OperationView>(ADA, ALL, 'GET', `operations/${body.id}`);
      return reply.body.status === 'AwaitingApproval' && reply.body;
    }, 'the undo waits for approval');
    expect(waiting.approval).toMatchObject({ needs: ['manyUsers', 'dailyLimit'], lowered: 55 });
    const decide = (oid: string): Promise<Reply<ErrorBody>> =>
      call(oid, ['MfaState.Approve', 'MfaState.Read'], 'POST', `operations/${body.id}/approve`, {
        reason: 'checked the list',
      });
    expect(await decide(ADA)).toMatchObject({ status: 403, body: { error: { code: 'ApproverIsRequester' } } });
    expect((await decide(BEN)).status).toBe(202);
    expect((await over(body)).counts).toMatchObject({ applied: 55 });
    expect(await stateOf(many[54] as string)).toBe('disabled');
  });

  it('leaves users alone that Entra enforced because the operation enabled them, and says so', async () => {
    const [person] = parts.people.take(1, { state: 'disabled', registered: true });
    const list = await change(ADA, { state: 'enabled', users: [person?.id] });
    await control.setState(person?.id as string, 'enforced');
    const back = await over((await undo(ADA, ALL, list)).body);
    expect(back.counts).toMatchObject({ superseded: 1 });
    const { body } = await call<{ value: OperationItemView[] }>(ADA, ALL, 'GET', `operations/${back.id}/items`);
    expect(body.value[0]?.detail).toMatchObject({
      code: 'changedSince',
      from: 'enforced',
      message: expect.stringContaining('Entra or an administrator has enforced'),
    });
  });

  it('as a dry run changes no user', async () => {
    const [person] = parts.people.take(1, { state: 'disabled' });
    const list = await change(ADA, { state: 'enabled', users: [person?.id] });
    const dry = await over((await undo(ADA, ALL, list, { dryRun: true })).body);
    expect(dry.counts).toMatchObject({ wouldChange: 1 });
    expect(await stateOf(person?.id as string)).toBe('enabled');
  });

  it.each([
    [['MfaState.Read', 'MfaState.Strengthen'], 'enabled', 403],
    [['MfaState.Weaken'], 'enabled', 403],
    [['MfaState.Read', 'MfaState.Weaken'], 'enabled', 202],
    [['MfaState.Read', 'MfaState.Weaken'], 'disabled', 403],
    [['MfaState.Read', 'MfaState.Strengthen'], 'disabled', 202],
  ])('by a caller with %j of a change to %s is answered with %i', async (roles, state, status) => {
    const [person] = parts.people.take(1, { state: state === 'enabled' ? 'disabled' : 'enabled' });
    const list = await change(ADA, { state, users: [person?.id] });
    expect(list.counts).toMatchObject({ applied: 1 });
    const reply = await undo(BEN, roles, list);
    expect(reply.status).toBe(status);
    if (status === 202) await over(reply.body);
    const { body } = await call<{ value: AuditEntryView[] }>(
      ADA,
      ALL,
      'GET',
      `audit?actor=${BEN}&event=requestRefused`,
    );
    if (status === 403) expect(body.value[0]).toMatchObject({ action: 'undo', code: 'MissingRole' });
  });

  it('is refused while the operation runs, and when it changed no user', async () => {
    const [person] = parts.people.take(1, { state: 'enabled' });
    const nothing = await change(ADA, { state: 'enabled', users: [person?.id] });
    expect(await undo(ADA, ALL, nothing)).toMatchObject({ status: 409, body: { error: { code: 'NothingToUndo' } } });
    const rule = parts.graph.faults.add({ match: {}, fault: { status: 503, retryAfterSeconds: 1 } });
    const { body } = await call<OperationBody>(ADA, ALL, 'POST', 'state-changes', {
      state: 'enforced',
      users: [person?.id],
      reason: 'a list',
    });
    expect(await undo(ADA, ALL, body)).toMatchObject({
      status: 409,
      body: { error: { code: 'OperationNotFinished' } },
    });
    parts.graph.faults.remove(rule);
    await over(body);
  });
});

describe('an exception', () => {
  const soon = (): string => new Date(Date.now() + 8_000).toISOString();
  const ends = async (): Promise<void> => {
    const { endExceptions } = await import('../../shared/stateChange/endExceptions.ts');
    const deps = parts.worker();
    await waitUntil(async () => (await endExceptions(deps)).ended > 0, 'an exception has ended', 60_000);
  };

  it('ends at its time, by an operation of the service, and leaves users alone who were changed since', async () => {
    const strong = parts.people.take(2, { state: 'enforced', registered: true }).map(({ id }) => id);
    const list = await change(ADA, { state: 'disabled', users: strong, untilDateTime: soon() });
    expect(list.counts).toMatchObject({ applied: 2 });
    await change(BEN, { state: 'enabled', users: [strong[1]] });
    await ends();
    const { body } = await call<{ value: AuditEntryView[] }>(ADA, ALL, 'GET', 'audit?event=undoAccepted');
    const ended = body.value.find(({ related }) => related === list.id);
    expect(ended).toMatchObject({ actor: { kind: 'service', name: 'end of an exception' }, requestedBy: { id: ADA } });
    const back = await over({ id: ended?.operationId } as OperationBody);
    expect(back.counts).toMatchObject({ applied: 1, superseded: 1 });
    expect(await Promise.all(strong.map(stateOf))).toEqual(['enforced', 'enabled']);
  });

  it('lowers no state when its time has passed', async () => {
    const [person] = parts.people.take(1, { state: 'enforced', registered: true });
    const rule = parts.graph.faults.add({ match: {}, fault: { status: 503, retryAfterSeconds: 1 } });
    const until = new Date(Date.now() + 2_000).toISOString();
    const request = { state: 'disabled', users: [person?.id], reason: 'a list', untilDateTime: until };
    const { body } = await call<OperationBody>(ADA, ALL, 'POST', 'state-changes', request);
    await waitUntil(() => Date.now() > Date.parse(until), 'the time has come');
    parts.graph.faults.remove(rule);
    expect((await over(body)).counts).toMatchObject({ refused: 1 });
    expect(await stateOf(person?.id as string)).toBe('enforced');
  });

  it.each([
    ['a time in the past', { state: 'disabled', untilDateTime: '2020-01-01T00:00:00Z' }],
    ['a time without an offset', { state: 'disabled', untilDateTime: '2030-01-01T00:00:00' }],
    ['a day that does not exist', { state: 'disabled', untilDateTime: '2030-02-30T00:00:00Z' }],
    ['a word', { state: 'disabled', untilDateTime: 'tomorrow' }],
    ['an empty text', { state: 'disabled', untilDateTime: '' }],
    ['a number', { state: 'disabled', untilDateTime: 5 }],
    ['a time beyond a year', { state: 'disabled', untilDateTime: '9999-12-31T00:00:00Z' }],
    ['what lowers no state', { state: 'enabled', untilDateTime: soon() }],
  ])('is refused for %s', async (_, body) => {
    const request = { users: ['alice@contoso.com'], reason: 'a list', ...body };
    const reply = await call<ErrorBody>(ADA, ALL, 'POST', 'state-changes', request);
    expect(reply).toMatchObject({ status: 400, body: { error: { details: [{ target: 'untilDateTime' }] } } });
    expect(reply.body.error.details).toHaveLength(1);
  });
});
