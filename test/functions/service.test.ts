import { afterAll, beforeAll, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { openApiDocument } from '../../shared/contract/document.ts';
import { docsPage } from '../../shared/contract/page/docsPage.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 50 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

it('the service says its version', async () => {
  const { version } = packageJson;
  const unresolvedProtectedUsers = expect.toSatisfy((count) => count === null || count === 0);
  expect((await app.get<object>('health')).body).toEqual({ status: 'ok', version, unresolvedProtectedUsers });
  expect((await app.get<object>('openapi.json')).body).toMatchObject({ info: { version } });
});

it('the contract is served as a page that browsers keep to itself', async () => {
  const page = docsPage(openApiDocument());
  const { status, headers, body } = await app.call<string>('GET', 'docs');
  expect([status, body]).toEqual([200, page.html]);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': page.contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
});
