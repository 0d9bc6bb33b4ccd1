import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { appSettings, apps, deployments, infraFolder } from './installation.ts';

const root = fileURLToPath(new URL('../', infraFolder));
const read = (path: string): string => readFileSync(new URL(path, infraFolder), 'utf8');

/** The App ID URI that is registered, with names for what the tenant and the environment are called. */
function registeredUri(tenant: string, environment: string): string {
  const bicep = read('graph/api.bicep');
  const uniqueName = /^var uniqueName = '(.*)'$/m.exec(bicep)?.[1] ?? '';
  const uri = /identifierUris: \['(.*)'\]/.exec(bicep)?.[1] ?? '';
  expect(uniqueName).toMatch(/\$\{environmentName\}$/);
  const values: Readonly<Record<string, string>> = { 'tenant().tenantId': tenant, environmentName: environment };
  return uri
    .replace(/\$\{uniqueName\}/, uniqueName)
    .replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => values[name] ?? name);
}

it('the script registers the same App ID URI as Bicep', () => {
  const script = read('graph/register-api.ps1');
  const uniqueName = /\$uniqueName = "(.*)"/.exec(script)?.[1] ?? '';
  const uri = /-IdentifierUris "([^"]+)"/.exec(script)?.[1] ?? '';
  expect(uri.replace('$uniqueName', uniqueName).replace('$tenantId', 'T').replace('$EnvironmentName', 'E')).toBe(
    registeredUri('T', 'E'),
  );
});

it.each(deployments)('the app of the deployment $name takes tokens for the API that is registered', (deployment) => {
  const parameters = read(`snapshots/${deployment.name}.bicepparam`);
  const parameter = (name: string): string => new RegExp(`^param ${name} = '(.*)'$`, 'm').exec(parameters)?.[1] ?? '';
  for (const app of apps) {
    const { TENANT_ID: tenant, API_AUDIENCE: audience } = appSettings(deployment, app);
    const uri = registeredUri(String(tenant), parameter('environmentName'));
    expect(String(audience).split(',')).toEqual([parameter('apiClientId'), uri]);
  }
});

it('pages, examples, help and messages name the App ID URI that is registered', () => {
  const files = execFileSync('git', ['ls-files', 'docs', 'cli', 'powershell', 'shared', 'infra/*.md', 'README.md'], {
    cwd: root,
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  const named = files.flatMap((file) =>
    [...readFileSync(`${root}${file}`, 'utf8').matchAll(/api:\/\/[\w{}$./-]*\w/g)].map(([uri]) => `${file}: ${uri}`),
  );
  const uri = registeredUri('TENANT_ID', 'prod');
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((one) => !one.endsWith(`: ${uri}`) && !one.endsWith(`: ${uri}/.default`))).toEqual([]);
});
