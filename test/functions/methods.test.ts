import { afterAll, beforeAll, expect, it } from 'vitest';
import { routes } from '../../shared/contract/routes.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const SOME_ID = '0ee50000-0000-4000-8000-000000000001';

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

async function answerTo(method: string, path: string): Promise<unknown> {
  const response = await fetch(`${app.url}/${path}`, { method });
  await response.arrayBuffer();
  return {
    status: response.status,
    allow: response.headers.get('allow'),
    code: response.headers.get('x-ms-error-code'),
  };
}

it.each([...new Set(routes.map(({ path }) => path))])(
  'a method that %s does not take is answered with those that it takes',
  async (path) => {
    const taken = routes.filter((route) => route.path === path).map(({ method }) => String(method));
    const wrong = METHODS.filter((method) => !taken.includes(method));
    const address = path.replaceAll(/\{\w+\}/g, SOME_ID);
    for (const spelling of [address, `${address}/`, address.replace(/[a-z]+/, (text) => text.toUpperCase())])
      for (const method of wrong)
        expect([method, spelling, await answerTo(method, spelling)]).toEqual([
          method,
          spelling,
          { status: 405, allow: taken.join(', '), code: 'MethodNotAllowed' },
        ]);
  },
);
