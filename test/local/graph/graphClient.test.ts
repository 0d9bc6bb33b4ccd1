import {
  Client,
  type Context,
  HTTPMessageHandler,
  type Middleware,
  RetryHandler,
} from '@microsoft/microsoft-graph-client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, changeItem, type Page, startCaller } from './caller.ts';

/** The client sends its token to https addresses only, so that the test adds one by itself. */
class Authorize implements Middleware {
  #next: Middleware | undefined;
  setNext(next: Middleware): void {
    this.#next = next;
  }
  async execute(context: Context): Promise<void> {
    const options = context.options ?? {};
    const headers = new Headers(options.headers as Record<string, string>);
    headers.set('authorization', 'Bearer token');
    context.options = { ...options, headers: Object.fromEntries(headers) };
    await this.#next?.execute(context);
  }
}

let caller: Caller;
let client: Client;
beforeAll(async () => {
  caller = await startCaller({ users: 1_200, now: Date.now, settings: { promotionDelayMs: null } });
  const authorize = new Authorize();
  const retry = new RetryHandler();
  authorize.setNext(retry);
  retry.setNext(new HTTPMessageHandler());
  client = Client.initWithMiddleware({
    middleware: authorize,
    baseUrl: `${caller.simulator.url}/`,
    defaultVersion: 'beta',
  });
});
beforeEach(() => caller.control.reset());
afterAll(() => caller.simulator.close());

test('the client reads and changes a state', async () => {
  const user = (await caller.control.users()).find((candidate) => candidate.state === 'disabled');
  const path = `/users/${user?.id}/authentication/requirements`;
  expect(await client.api(path).patch({ perUserMfaState: 'enforced' })).toBeUndefined();
  expect(await client.api(path).get()).toMatchObject({ perUserMfaState: 'enforced' });
});

test('the client understands an error', async () => {
  const path = '/users/00000000-0000-4000-8000-000000000000/authentication/requirements';
  await expect(client.api(path).get()).rejects.toMatchObject({
    statusCode: 404,
    code: 'Request_ResourceNotFound',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test('the client sends a batch of twenty', async () => {
  const users = (await caller.control.users()).slice(0, 20);
  const requests = users.map((user, index) => changeItem(String(index), user.id, 'enabled'));
  const answer = (await client.api('/$batch').post({ requests })) as { responses: { status: number }[] };
  expect(answer.responses.map((response) => response.status)).toEqual(users.map(() => 204));
});

test('the client pages by the links that it is given', async () => {
  const ids: unknown[] = [];
  const query = '?$top=500&$select=id,perUserMfaState';
  for (let path: string | undefined = `/users${query}`; path !== undefined; ) {
    const page: Page = (await client.api(path).version('v1.0').get()) as Page;
    ids.push(...page.value.map(({ id }) => id));
    path = page['@odata.nextLink']?.replace(`${caller.simulator.url}/v1.0`, '');
  }
  expect(ids).toEqual((await caller.control.users()).map(({ id }) => id));
});

test('the client waits as long as a 429 says, and then succeeds', async () => {
  await caller.control.addFault({ times: 1, fault: { status: 429, retryAfterSeconds: 1 } });
  const start = performance.now();
  await client.api('/organization').get();
  expect(performance.now() - start).toBeGreaterThan(900);
  expect((await caller.control.state()).counters.statuses).toMatchObject({ 200: 1, 429: 1 });
});
