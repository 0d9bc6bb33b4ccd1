import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ControlUser } from '../../../local/graph/control.ts';
import { type Caller, changeItem, type ErrorBody, startCaller } from './caller.ts';

let caller: Caller;
let users: ControlUser[];
beforeAll(async () => {
  caller = await startCaller({ users: 200, settings: { promotionDelayMs: null } });
});
beforeEach(async () => {
  await caller.control.reset();
  users = await caller.control.users();
});
afterAll(() => caller.simulator.close());

const idOf = (index: number): string => users[index]?.id as string;

describe('a batch', () => {
  test('answers each request for itself, 200 around 204, 404 and 400', async () => {
    const { status, body } = await caller.batch([
      changeItem('a', idOf(1), 'enforced'),
      changeItem('b', '00000000-0000-4000-8000-000000000000', 'enforced'),
      changeItem('c', idOf(2), 'on'),
      { id: 'd', method: 'get', url: `users/${idOf(1)}/authentication/requirements` },
    ]);
    expect(status).toBe(200);
    expect(body.responses.map((response) => [response.id, response.status])).toEqual([
      ['a', 204],
      ['b', 404],
      ['c', 400],
      ['d', 200],
    ]);
    expect(body.responses[0]).not.toHaveProperty('body');
    expect(body.responses[1]?.body?.error.code).toBe('Request_ResourceNotFound');
    expect(body.responses[3]?.body?.perUserMfaState).toBe('enforced');
    expect(body.responses[3]?.headers['Content-Type']).toBe('application/json');
  });

  test('is on the record with the request and the item', async () => {
    const reply = await caller.batch([changeItem('x', idOf(1), 'enabled'), changeItem('y', idOf(2), 'enabled')]);
    const requestId = reply.headers.get('request-id');
    expect(await caller.control.ledger()).toMatchObject([
      { requestId, batchItemId: 'x', userId: idOf(1) },
      { requestId, batchItemId: 'y', userId: idOf(2) },
    ]);
    const { counters } = await caller.control.state();
    expect(counters).toMatchObject({
      batches: 1,
      httpRequests: 1,
      batchItems: { 'requirements.update': 2 },
      batchItemStatuses: { 204: 2 },
    });
  });

  test('does not execute what depends on a failed request', async () => {
    const { body } = await caller.batch([
      changeItem('1', '00000000-0000-4000-8000-000000000000', 'enabled'),
      { ...changeItem('2', idOf(1), 'enforced'), dependsOn: ['1'] },
      { ...changeItem('3', idOf(2), 'enforced'), dependsOn: ['2'] },
      changeItem('4', idOf(3), 'enforced'),
    ]);
    expect(body.responses.map((response) => response.status)).toEqual([404, 424, 424, 204]);
    expect(await caller.control.ledger()).toHaveLength(1);
  });

  test('in v1.0 cannot carry what is only in beta', async () => {
    const { status, body } = await caller.call<{ responses: { status: number }[] }>('POST', '/v1.0/$batch', {
      requests: [changeItem('1', idOf(1), 'enabled')],
    });
    expect([status, body.responses[0]?.status]).toEqual([200, 405]);
  });

  test('throttles each request for itself, with the time to wait in its headers', async () => {
    await caller.control.changeSettings({ throttling: { writes: { limit: 12, windowSeconds: 60 } } });
    const items = Array.from({ length: 20 }, (_, index) => changeItem(String(index), idOf(index), 'enabled'));
    const { status, body } = await caller.batch(items);
    expect(status).toBe(200);
    const refused = body.responses.filter((response) => response.status === 429);
    expect(refused).toHaveLength(8);
    expect(refused[0]?.headers).toMatchObject({
      'Retry-After': '5',
      'x-ms-throttle-information': 'WriteLimitExceeded',
    });
    expect(refused[0]?.body?.error.code).toBe('TooManyRequests');
    expect(await caller.control.ledger()).toHaveLength(12);
  });
});

describe('a malformed batch is 400 as a whole, and nothing of it happens', () => {
  const item = (id: unknown): object => ({ ...changeItem('1', idOf(1), 'enabled'), id });
  test.each([
    ['more than 20 requests', () => Array.from({ length: 21 }, (_, n) => item(String(n)))],
    ['an id twice', () => [item('a'), item('a')]],
    ['an id twice, in another case', () => [item('a'), item('A')]],
    ['no id', () => [item(undefined)]],
    ['a number as id', () => [item(1)]],
    ['a body without content type', () => [{ ...changeItem('1', idOf(1), 'enabled'), headers: { Accept: '*/*' } }]],
    ['an absolute url', () => [{ id: '1', method: 'GET', url: `${caller.simulator.url}/beta/users` }]],
    ['a dependency that is not there', () => [item('1'), { ...changeItem('2', idOf(2), 'enabled'), dependsOn: ['3'] }]],
    ['no requests', () => []],
  ])('%s', async (_, requests) => {
    const { status, body } = await caller.call<ErrorBody>('POST', '/beta/$batch', { requests: requests() });
    expect(status).toBe(400);
    expect(body.error.code).toMatch(/^(BadRequest|MaximumValueExceeded)$/);
    expect(await caller.control.ledger()).toEqual([]);
  });
});
