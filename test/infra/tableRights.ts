import type { ProxiedRequest } from '../support/checkedProxy.ts';
import { type AppName, type Deployment, identityOf, type Resource, resourcesOf } from './installation.ts';

const ENTITIES = 'Microsoft.Storage/storageAccounts/tableServices/tables/entities';
/** What the built-in role Storage Table Data Contributor allows with rows. */
const CONTRIBUTOR_ID = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3';

export type RowAction = 'read' | 'add' | 'update' | 'delete';
const ACTIONS: Readonly<Record<RowAction, string>> = {
  read: `${ENTITIES}/read`,
  add: `${ENTITIES}/add/action`,
  update: `${ENTITIES}/update/action`,
  delete: `${ENTITIES}/delete`,
};
const ALL = Object.keys(ACTIONS) as RowAction[];

/** What an app may do with the rows of each table, by the role assignments of a deployment. */
export function tableRights(deployment: Deployment, app: AppName): ReadonlyMap<string, ReadonlySet<RowAction>> {
  const { id } = identityOf(deployment, app);
  const definitions = resourcesOf(deployment, 'Microsoft.Authorization/roleDefinitions');
  const own = resourcesOf(deployment, 'Microsoft.Authorization/roleAssignments').filter(({ properties }) =>
    String(properties.principalId).includes(`'${id}'`),
  );
  const tables = resourcesOf(deployment, 'Microsoft.Storage/storageAccounts/tableServices/tables');
  return new Map(
    tables.map((table) => [
      table.name.split('/').at(-1) ?? '',
      new Set(own.filter((assignment) => covers(assignment, table)).flatMap(actionsOf)),
    ]),
  );

  function actionsOf({ properties }: Resource): RowAction[] {
    if (String(properties.roleDefinitionId).endsWith(CONTRIBUTOR_ID)) return ALL;
    const definition = definitions.find((candidate) => candidate.id === properties.roleDefinitionId);
    const allowed = JSON.stringify(definition?.properties.permissions ?? []);
    return ALL.filter((action) => allowed.includes(`"${ACTIONS[action]}"`));
  }
}

/** Whether an assignment is for a table, or for the account of the table. */
function covers(assignment: Resource, table: Resource): boolean {
  const scope = assignment.id.slice(0, assignment.id.indexOf('/providers/Microsoft.Authorization/'));
  return table.id === scope || table.id.startsWith(`${scope}/tableServices/`);
}

/**
 * Why the rights do not allow a request to Table Storage, or undefined. A request that adds or replaces needs both rights
 * ("Permissions for calling data operations", learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory).
 * @param prefix of the names of all tables
 */
export function tableRefusal(
  rights: ReadonlyMap<string, ReadonlySet<RowAction>>,
  prefix: string,
  { method, path, headers, body }: ProxiedRequest,
): string | undefined {
  const single = { method, path, hasVersion: headers['if-match'] !== undefined };
  const parts = path.includes('$batch') ? partsOf(body) : [single];
  for (const part of parts) {
    const table = new RegExp(`/${prefix}(\\w+)`).exec(part.path)?.[1];
    if (table === undefined) continue; // creates a table, which both apps may
    const missing = neededFor(part).filter((action) => rights.get(table)?.has(action) !== true);
    if (missing.length > 0) return `${part.method} ${table}: ${missing.join(', ')}`;
  }
  return undefined;
}

interface TableRequest {
  readonly method: string;
  readonly path: string;
  readonly hasVersion: boolean;
}

/** The requests of a transaction. */
function partsOf(body: string): TableRequest[] {
  const starts = [...body.matchAll(/^(GET|POST|PUT|PATCH|MERGE|DELETE) (\S+) HTTP\/1\.1\r?$/gm)];
  return starts.map(({ 1: method = '', 2: path = '', index }, position) => ({
    method,
    path: decodeURIComponent(path),
    hasVersion: /^if-match:/im.test(body.slice(index, starts[position + 1]?.index)),
  }));
}

function neededFor({ method, hasVersion }: TableRequest): RowAction[] {
  if (method === 'GET') return ['read'];
  if (method === 'POST') return ['add'];
  if (method === 'DELETE') return ['delete'];
  return hasVersion ? ['update'] : ['add', 'update'];
}
