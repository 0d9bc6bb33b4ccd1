import { TableClient } from '@azure/data-tables';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import { OperationStore } from '../../shared/operations/operationStore.ts';
import type { StoredRow } from '../../shared/tables/rows.ts';
import { readUserRow, type UserRow } from '../../shared/users/userRow.ts';
import { type Api, apiClient, type ItemReport } from '../apiClient.ts';
import type { ControlUser, GraphControl } from '../graph/control.ts';
import { auditTables } from './auditTables.ts';
import type { Causes } from './causes.ts';
import type { Evidence, KnownOperation, OperationEvidence } from './evidence.ts';

/** An operation that a client asked for: its references where they are known, or the operation that it retries. */
export interface Asked {
  readonly id: string;
  readonly accepted: boolean;
  readonly references:
    | readonly string[]
    | { readonly retryOf: string }
    | { readonly members: readonly string[] }
    | undefined;
}

/** The data that must be recorded from the beginning. */
export interface Watched extends Pick<Evidence, 'before' | 'faultFree' | 'registered'> {
  readonly asked: readonly Asked[];
  /** Entries of the ledger when the first states were read: what was written until then is not looked at. */
  readonly ledgerBefore: number;
  /** Whether a registration sweep listed all users after the last change. */
  readonly swept: boolean;
  /** What was done on purpose; undefined where that is not known. */
  readonly causes?: Causes;
}

/** The addresses of the sources. Faults have ended, and the tables are read directly, without a proxy. */
export interface Sources {
  readonly apiUrl: string;
  readonly graph: GraphControl;
  readonly tablesConnection: string;
}

/** Gathers what each side says, once the system is at rest. */
export async function gatherEvidence(
  watched: Watched,
  { apiUrl, graph, tablesConnection }: Sources,
): Promise<Evidence> {
  const { asked, before, faultFree, registered, ledgerBefore, swept, causes } = watched;
  const api = apiClient(apiUrl);
  const open = async (name: string): Promise<TableClient> => openTable(tablesConnection, name);
  const stored = new OperationStore(open, Date.now);

  const listed = new Set<string>();
  for await (const id of api.operationIds()) listed.add(id);
  const known = new Map<string, KnownOperation>();
  for (const id of new Set([...asked.map((one) => one.id), ...listed])) {
    const found = await readKnown(id, api, stored);
    if (found !== undefined) known.set(id, found);
  }
  const tables = auditTables(tablesConnection);
  const users = await graph.users();
  return {
    operations: operationsOf(asked, known, listed),
    ledger: await graph.ledger(ledgerBefore),
    audit: { audit: await tables.byUser(), auditByTime: await tables.byTime() },
    before,
    after: statesOf(users),
    rows: await readRows(tablesConnection),
    faultFree,
    registered,
    swept: swept ? users : undefined,
    causes,
  };
}

export function statesOf(users: readonly ControlUser[]): Map<string, MfaState> {
  return new Map(users.map(({ id, state }) => [id, state]));
}

/** Those that were asked for, and whatever else the API lists. */
function operationsOf(
  asked: readonly Asked[],
  known: ReadonlyMap<string, KnownOperation>,
  listed: ReadonlySet<string>,
): OperationEvidence[] {
  const requested = new Set(asked.map(({ id }) => id));
  const others = [...listed].filter((id) => !requested.has(id));
  return [
    ...asked.map(({ id, accepted, references }) => ({
      id,
      requested: true,
      accepted,
      ...referencesOf(references, known),
      known: known.get(id),
      listed: listed.has(id),
    })),
    ...others.map((id) => ({
      id,
      requested: false,
      accepted: false,
      asked: undefined,
      members: undefined,
      known: known.get(id),
      listed: true,
    })),
  ];
}

function referencesOf(
  references: Asked['references'],
  known: ReadonlyMap<string, KnownOperation>,
): Pick<OperationEvidence, 'asked' | 'members'> {
  if (references === undefined) return { asked: undefined, members: undefined };
  if ('members' in references) return { asked: undefined, members: references.members };
  if ('retryOf' in references) return { asked: toRetry(known.get(references.retryOf)), members: undefined };
  return { asked: references, members: undefined };
}

async function readKnown(id: string, api: Api, store: OperationStore): Promise<KnownOperation | undefined> {
  const report = await api.findOperation(id);
  if (report === undefined) return undefined;
  const items: ItemReport[] = [];
  for await (const item of api.items(id)) items.push(item);
  const stored = await store.get(id);
  if (stored === undefined) throw new Error(`Operation ${id} is reported, and not stored.`);
  const { kind, targetState, reason, dryRun, acknowledge, group, sequence } = stored;
  return { report, items, kind, targetState, reason, dryRun, acknowledge, group, sequence };
}

/** The references that a retry repeats, by object id where it is known; undefined where it lists the group again. */
function toRetry(original: KnownOperation | undefined): string[] | undefined {
  if (original?.items.some(({ reference }) => reference === original.group)) return undefined;
  return (original?.items ?? [])
    .filter(({ outcome }) => outcome === 'refused' || outcome === 'failed')
    .map(({ userId, reference }) => userId ?? reference);
}

async function readRows(connectionString: string): Promise<Map<string, UserRow>> {
  const rows = new Map<string, UserRow>();
  const table = openTable(connectionString, 'users');
  await table.createTable(); // before the first change, the table does not exist
  for await (const row of table.listEntities<Record<string, unknown>>()) {
    const read = readUserRow(row as StoredRow);
    rows.set(read.id, read);
  }
  return rows;
}

function openTable(connectionString: string, name: string): TableClient {
  return TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
}
