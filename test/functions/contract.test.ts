import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import { routes } from '../../shared/contract/routes.ts';
import type { ErrorBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { contractFaults } from '../support/contract.ts';
import { type Parts, startParts } from '../support/parts.ts';

interface HostedFunction {
  readonly name: string;
  readonly config: { readonly bindings: { readonly type: string; readonly route?: string; methods?: string[] }[] };
}

let parts: Parts;
let app: App;
let token: string;

beforeAll(async () => {
  parts = await startParts({ users: 50 });
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: 'api://per-user-mfa',
    API_AUTHORITY: parts.graph.url,
  });
  token = await graphControl(parts.graph.url).token({ roles: [] });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

/** An address that fits a route. */
function exampleOf(path: string): string {
  return path.replace(/\{\w+\}/g, '0dd40000-0000-4000-8000-000000000001');
}

describe('the contract and the app', () => {
  it('have the same endpoints', async () => {
    const response = await fetch(`${app.url.replace(/\/api$/, '')}/admin/functions`);
    const hosted = ((await response.json()) as HostedFunction[]).flatMap(({ name, config }) =>
      config.bindings
        .filter(({ type, route }) => type === 'httpTrigger' && route !== '{*path}')
        .map(({ route, methods }) => `${name} ${methods?.join()} ${route}`),
    );
    expect(hosted.sort()).toEqual(routes.map(({ name, method, path }) => `${name} ${method} ${path}`).sort());
  });

  it.each(routes.map((route) => [route.name, route] as const))(
    '%s asks for the roles of the contract',
    async (_id, route) => {
      const address = exampleOf(route.path);
      const without = await app.call<ErrorBody>(route.method, address);
      const withNone = await app.call<ErrorBody>(route.method, address, undefined, {
        Authorization: `Bearer ${token}`,
      });
      if (route.roles === null) {
        expect([without.status, withNone.status]).toEqual([200, 200]);
        return;
      }
      expect([without.status, withNone.status]).toEqual([401, 403]);
      const named = withNone.body.error.message.match(/Mfa\w+\.\w+/g) ?? [];
      expect(named.sort()).toEqual([...route.roles].sort());
      for (const { status, body } of [without, withNone])
        expect(contractFaults(route.method, address, status, body)).toEqual([]);
    },
  );

  it('is served by the app', async () => {
    const { body } = await app.get<{ openapi: string; paths: object }>('openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths).sort()).toEqual([...new Set(routes.map(({ path }) => `/${path}`))].sort());
  });
});
