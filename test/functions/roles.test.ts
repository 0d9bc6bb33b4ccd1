import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE, type TokenRequest } from '../../local/graph/issuer/accessToken.ts';
import type { ErrorBody, OperationBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const READ = 'MfaState.Read';
const STRENGTHEN = 'MfaState.Strengthen';
const WEAKEN = 'MfaState.Weaken';

let parts: Parts;
let app: App;
let control: GraphControl;

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
  });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

async function as<T = ErrorBody>(token: TokenRequest, method: string, path: string, body?: object): Promise<Reply<T>> {
  return app.call<T>(method, path, body, { Authorization: `Bearer ${await control.token(token)}` });
}

const strengthen = { state: 'enabled', users: ['nobody@contoso.com'], reason: 'a test' };
const weaken = { ...strengthen, state: 'disabled' };

describe('a caller without a valid token', () => {
  it.each<[string, TokenRequest]>([
    ['has expired', { expiresInSeconds: -120 }],
    ['is not valid yet', { notBeforeInSeconds: 120 }],
    ['is for another API', { audience: 'https://graph.microsoft.com' }],
    ['is of another issuer', { issuer: 'https://login.contoso.com' }],
    ['is of another tenant', { tenantId: '99999999-2222-4333-8444-555555555555' }],
    ['is signed with another algorithm', { algorithm: 'RS384' }],
    ['is signed with the public key', { algorithm: 'HS256' }],
    ['is not signed', { algorithm: 'none' }],
    ['names a key that is not there', { kid: 'unknown' }],
  ])('is let in nowhere when it %s', async (_, token) => {
    const reply = await as({ roles: [READ], ...token }, 'GET', 'operations');
    expect(reply).toMatchObject({ status: 401, body: { error: { code: 'Unauthorized' } } });
    expect(reply.headers.get('www-authenticate')).toContain('Bearer');
    expect(JSON.stringify(reply.body)).not.toMatch(/eyJ/);
  });

  it('is not let in by a header that the platform may set', async () => {
    const principal = Buffer.from(JSON.stringify({ claims: [{ typ: 'roles', val: WEAKEN }] })).toString('base64');
    const attempts: Record<string, string>[] = [
      {},
      { Authorization: 'Basic YTpi' },
      { 'x-ms-client-principal': principal },
    ];
    for (const headers of attempts) {
      expect((await app.call('GET', 'operations', undefined, headers)).status).toBe(401);
      expect((await app.call('POST', 'state-changes', weaken, headers)).status).toBe(401);
    }
  });

  it('may ask whether the service is there', async () => {
    expect((await app.get('health')).status).toBe(200);
  });
});

describe('a caller', () => {
  it.each<[string[], string, string, object | undefined, number]>([
    [[], 'GET', 'operations', undefined, 403],
    [[STRENGTHEN, WEAKEN], 'GET', 'operations', undefined, 403],
    [[READ], 'GET', 'operations', undefined, 200],
    [[READ], 'POST', 'state-changes', strengthen, 403],
    [[STRENGTHEN], 'POST', 'state-changes', strengthen, 202],
    [[WEAKEN], 'POST', 'state-changes', strengthen, 403],
    [[STRENGTHEN], 'POST', 'state-changes', weaken, 403],
    [[WEAKEN], 'POST', 'state-changes', weaken, 202],
    [[READ], 'GET', 'users/nobody@contoso.com/mfa-state', undefined, 404],
    [[STRENGTHEN], 'GET', 'users/nobody@contoso.com/mfa-state', undefined, 403],
    [['mfastate.read', 'MfaState.*'], 'GET', 'operations', undefined, 403],
  ])('with the roles %j asking %s %s is answered', async (roles, method, path, body, status) => {
    const reply = await as({ roles }, method, path, body);
    expect(reply.status).toBe(status);
    if (status === 403) expect(reply.body.error.code).toBe('MissingRole');
  });

  it('may cancel and retry only what it may ask for, and does not learn what there is', async () => {
    const { body } = await as<OperationBody>({ roles: [WEAKEN] }, 'POST', 'state-changes', weaken);
    const unknown = '0bb20000-0000-4000-8000-00000000000f';
    const other = { oid: '77777777-7777-4888-9999-aaaaaaaaaaab' };
    const answer = async (token: TokenRequest, path: string): Promise<number> =>
      (await as({ ...other, ...token }, 'POST', `operations/${path}`)).status;
    expect(await answer({ roles: [READ] }, `${body.id}/cancel`)).toBe(403);
    expect(await answer({ roles: [] }, `${unknown}/cancel`)).toBe(403);
    for (const id of [body.id, unknown]) expect(await answer({ roles: [READ] }, `${id}/retry`)).toBe(403);
    expect(await answer({ roles: [READ, STRENGTHEN] }, `${body.id}/retry`)).toBe(403);
    expect(await answer({ roles: [WEAKEN] }, `${body.id}/retry`)).toBe(403);
    expect(await answer({ roles: [STRENGTHEN] }, `${body.id}/cancel`)).toBe(202);
  });

  it('without the role to weaken does not lower a state by asking for enabled', async () => {
    const { id } = parts.people.one({ state: 'enforced' });
    const request = { state: 'enabled', users: [id], reason: 'a test', acknowledge: ['weaken'] };
    const { body } = await as<OperationBody>({ roles: [STRENGTHEN] }, 'POST', 'state-changes', request);
    expect(await over({ roles: [READ] }, body)).toMatchObject({ status: 'Failed', counts: { refused: 1 } });
    expect(parts.graph.ledger.entries).toEqual([]);
  });

  it('is recorded as who it is, from the token alone', async () => {
    const token = {
      roles: [STRENGTHEN],
      oid: '77777777-7777-4888-9999-aaaaaaaaaaaa',
      upn: 'ada@contoso.com',
      name: 'Ada',
    };
    const { body } = await as<OperationBody & { actor: object }>(token, 'POST', 'state-changes', strengthen);
    expect(body.actor).toMatchObject({ kind: 'user', id: token.oid, name: 'Ada' });
    const machine = await as<{ actor: object }>({ roles: [STRENGTHEN] }, 'POST', 'state-changes', strengthen);
    expect(machine.body.actor).toMatchObject({ kind: 'application' });
  });

  it('who is not let through leaves nothing behind', async () => {
    const before = await accepted();
    await as({ roles: [READ] }, 'POST', 'state-changes', strengthen);
    await as({ roles: [STRENGTHEN] }, 'POST', 'state-changes', weaken);
    expect(await accepted()).toEqual(before);
  });

  it('without the role to read decides about no operation, and learns of a cancellation as little as before', async () => {
    const [first, second] = parts.people.take(2, { state: 'disabled', registered: true });
    const all = { roles: [READ, STRENGTHEN, WEAKEN, 'MfaState.Approve', 'MfaAudit.Read'] };
    const users = [first?.id, second?.id];
    const enable = { state: 'enabled', users, reason: 'a list' };
    const { body } = await as<OperationBody>(all, 'POST', 'state-changes', enable);
    await over(all, body);
    const undo = await as<OperationBody>(all, 'POST', `operations/${body.id}/undo`, { reason: 'wrong list' });
    expect(undo).toMatchObject({ status: 202, body: { targetState: 'disabled', references: 2 } });
    const person = { oid: '77777777-7777-4888-9999-aaaaaaaaaaac', upn: 'ben@contoso.com' };
    const approver = { ...person, roles: ['MfaState.Approve'] };
    for (const { id } of [body, undo.body])
      for (const decision of ['approve', 'reject'])
        expect(await as(approver, 'POST', `operations/${id}/${decision}`, { reason: 'seen' })).toMatchObject({
          status: 403,
          body: { error: { code: 'MissingRole' } },
        });
    const canceled = await as({ ...person, roles: [STRENGTHEN] }, 'POST', `operations/${undo.body.id}/cancel`);
    expect(canceled).toMatchObject({ status: 202, body: { targetState: null, references: 0, counts: { pending: 0 } } });
    expect(canceled.body).not.toHaveProperty('targetStates');
  });

  it('that is an application decides about no approval, on the record', async () => {
    const { body } = await as<OperationBody>({ roles: [STRENGTHEN] }, 'POST', 'state-changes', strengthen);
    const application = { oid: '77777777-7777-4888-9999-aaaaaaaaaaad', roles: [READ, 'MfaState.Approve'] };
    const reply = await as(application, 'POST', `operations/${body.id}/approve`, { reason: 'seen' });
    expect(reply).toMatchObject({ status: 403, body: { error: { code: 'ApproverNotPerson' } } });
    const audit = `audit?actor=${application.oid}`;
    const { body: recorded } = await as<{ value: object[] }>({ roles: ['MfaAudit.Read'] }, 'GET', audit);
    expect(recorded.value).toMatchObject([{ event: 'requestRefused', action: 'approve', code: 'ApproverNotPerson' }]);
  });
});

function over(token: TokenRequest, { id }: OperationBody): Promise<OperationBody> {
  return waitUntil(async () => {
    const { body } = await as<OperationBody>(token, 'GET', `operations/${id}`);
    return body.finishedDateTime !== null && body;
  }, `operation ${id} has finished`);
}

/** The operations that were accepted. Those that are being worked on get rows all the time, so rows are not counted. */
async function accepted(): Promise<string[]> {
  const ids: string[] = [];
  for await (const { operationId } of parts.worker().index.newestFirst()) ids.push(operationId);
  return ids;
}
