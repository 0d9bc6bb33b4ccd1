import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';

export const infraFolder = new URL('../../infra/', import.meta.url);

/** Every Bicep file that is deployed, by its path below infra/, as text. */
export const bicepTexts: ReadonlyMap<string, string> = new Map(
  ['main.bicep', ...readdirSync(new URL('modules/', infraFolder)).map((name) => `modules/${name}`)].map((path) => [
    path,
    readFileSync(new URL(path, infraFolder), 'utf8'),
  ]),
);

const bodySchema = z.record(z.string(), z.json());
export type Json = z.infer<ReturnType<typeof z.json>>;
export type Body = Readonly<Record<string, Json>>;

const resourceSchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  location: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
  properties: bodySchema.default({}),
});

/** A resource as Azure would have it. What only the deployment can know stays an expression: `[…]`. */
export type Resource = z.infer<typeof resourceSchema>;

const deploymentSchema = z.object({ predictedResources: z.array(resourceSchema), outputs: bodySchema });

/** What a deployment with one of the parameter files in infra/snapshots/ ends in, as the Bicep compiler predicts it. */
export interface Deployment {
  /** The name of the parameter file: default, private, full. */
  readonly name: string;
  readonly resources: readonly Resource[];
  readonly outputs: Body;
}

/** The deployments that are committed; `npm run test:bicep` proves that they are what the files deploy now. */
export const deployments: readonly Deployment[] = readdirSync(new URL('snapshots/', infraFolder))
  .filter((file) => file.endsWith('.snapshot.json'))
  .map((file) => {
    const text = readFileSync(new URL(`snapshots/${file}`, infraFolder), 'utf8');
    const { predictedResources, outputs } = deploymentSchema.parse(JSON.parse(text));
    return { name: file.replace('.snapshot.json', ''), resources: predictedResources, outputs };
  });

export function deploymentOf(name: string): Deployment {
  const deployment = deployments.find((candidate) => candidate.name === name);
  if (deployment === undefined) throw new Error(`There is no infra/snapshots/${name}.snapshot.json`);
  return deployment;
}

/** All resources of a type, whatever the API version. */
export function resourcesOf({ resources }: Deployment, type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource of a type. @throws Error when there is none, or more than one */
export function resourceOf(deployment: Deployment, type: string): Resource {
  const [resource, ...more] = resourcesOf(deployment, type);
  if (resource === undefined || more.length > 0) throw new Error(`${deployment.name} has not just one ${type}`);
  return resource;
}

/** What stands at a path of a body, such as `siteConfig.minTlsVersion`; undefined when nothing does. */
export function at(body: Body, path: string): Json | undefined {
  let value: Json | undefined = body;
  for (const name of path.split('.'))
    value = typeof value === 'object' && value !== null && !Array.isArray(value) ? value[name] : undefined;
  return value;
}

/** Whether a value is one that only the deployment can know. */
export function isExpression(value: Json | undefined): boolean {
  return typeof value === 'string' && value.startsWith('[') && value.endsWith(']');
}

/** The two function apps of a deployment: the one with the API, and the one that changes users. */
export const apps = ['front', 'workers'] as const;
export type AppName = (typeof apps)[number];

/** The resource of a type that belongs to an app. @throws Error when there is none, or more than one */
function ofApp(deployment: Deployment, app: AppName, type: string): Resource {
  const [resource, ...more] = resourcesOf(deployment, type).filter(
    ({ name }) => /^\w+-workers-/.test(name) === (app === 'workers'),
  );
  if (resource === undefined || more.length > 0)
    throw new Error(`${deployment.name} has not just one ${type} of ${app}`);
  return resource;
}

export function siteOf(deployment: Deployment, app: AppName): Resource {
  return ofApp(deployment, app, 'Microsoft.Web/sites');
}

/** The identity of an app. It is the only one that the app has. */
export function identityOf(deployment: Deployment, app: AppName): Resource {
  const { identity } = z
    .object({ identity: z.object({ userAssignedIdentities: z.record(z.string(), z.unknown()) }) })
    .parse(siteOf(deployment, app));
  const ids = Object.keys(identity.userAssignedIdentities);
  const found = resourcesOf(deployment, 'Microsoft.ManagedIdentity/userAssignedIdentities').filter(({ id }) =>
    ids.includes(id),
  );
  const [own] = found;
  if (own === undefined || ids.length !== 1) throw new Error(`${app} has not just one identity`);
  return own;
}

/** The settings that an app is deployed with: its own, and those of the platform. */
export function appSettings(deployment: Deployment, app: AppName): Body {
  return ofApp(deployment, app, 'Microsoft.Web/sites/config').properties;
}
