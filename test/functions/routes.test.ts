import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { routes } from '../../shared/contract/routes.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const CATCH_ALL = '{*path}';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const SOME_ID = '0ee50000-0000-4000-8000-000000000001';
const UNKNOWN = ['', 'nothing', 'operations/1/2/3/4', 'users/1', 'health/more', 'api/health'];

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

const httpTrigger = z.object({ type: z.literal('httpTrigger'), route: z.string(), methods: z.array(z.string()) });
const listedSchema = z.array(
  z.object({ name: z.string(), config: z.object({ bindings: z.array(z.looseObject({ type: z.string() })) }) }),
);

/** The functions that are called over HTTP, as the host lists them. */
async function httpFunctions(): Promise<{ name: string; route: string; methods: string[] }[]> {
  const listed = listedSchema.parse(await (await fetch(app.url.replace(/\/api$/, '/admin/functions'))).json());
  return listed.flatMap(({ name, config }) => {
    const trigger = config.bindings.find(({ type }) => type === 'httpTrigger');
    return trigger ? [{ name, ...httpTrigger.parse(trigger) }] : [];
  });
}

/** The function that the host runs for a request, by its log. A request for a sweep also has `runSweep` run. */
async function functionFor(method: string, path: string): Promise<string | undefined> {
  const seen = app.lines.length;
  await (await fetch(`${app.url}/${path}`, { method })).arrayBuffer();
  return waitUntil(
    () => /information (?!runSweep )(\w+) [0-9a-f-]{36} (succeeded|failed)/.exec(app.lines.slice(seen).join('\n'))?.[1],
    `a function ran for ${method} ${path}`,
  );
}

it('every function is reached by its route and methods, and what fits none reaches the one for unknown routes', async () => {
  const functions = await httpFunctions();
  expect(functions.length).toBeGreaterThan(15);
  const forUnknown = functions.find(({ route }) => route === CATCH_ALL)?.name ?? '';
  const reached: Record<string, string | undefined> = {};
  const expected: Record<string, string> = {};
  for (const { name, route, methods } of functions.filter((each) => each.name !== forUnknown)) {
    const path = route.replaceAll(/\{\w+\}/g, SOME_ID);
    for (const method of METHODS) {
      reached[`${method} ${route}`] = await functionFor(method, path);
      const owner = functions.find((each) => each.route === route && each.methods.includes(method));
      expected[`${method} ${route}`] = methods.includes(method) ? name : (owner?.name ?? forUnknown);
    }
  }
  for (const path of UNKNOWN) {
    for (const method of METHODS) {
      reached[`${method} ${path}`] = await functionFor(method, path);
      expected[`${method} ${path}`] = forUnknown;
    }
  }
  expect(reached).toEqual(expected);
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
