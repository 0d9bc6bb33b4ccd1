import { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { apiClient, type ItemReport } from '../../local/demo/api.ts';
import { auditTables } from '../../local/demo/auditTables.ts';
import type { ControlUser, GraphControl } from '../../local/graph/control.ts';
import type { LedgerEntry } from '../../local/graph/ledger.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import { OperationStore } from '../../shared/operations/operationStore.ts';
import type { StoredRow } from '../../shared/tables/rows.ts';
import { readUserRow, type UserRow } from '../../shared/users/userRow.ts';
import { type OperationReport, readOperation } from './settle.ts';

/** What became of an operation that the API knows. */
export interface KnownOperation {
  readonly report: OperationReport;
  readonly items: readonly ItemReport[];
  readonly targetState: MfaState;
  readonly dryRun: boolean;
  /** Its place among all: of two changes of one user, the one with the greater sequence wins. */
  readonly sequence: string;
}

/** An operation that a client asked for. */
export interface OperationEvidence {
  readonly id: string;
  /** Whether any of its requests was answered with 202. */
  readonly accepted: boolean;
  /** The references that were sent. For a retry, those of the original that were refused or failed. */
  readonly asked: readonly string[];
  /** Undefined when the API does not know it. */
  readonly known: KnownOperation | undefined;
  /** Whether the list of all operations has it. */
  readonly listed: boolean;
}

/** What each side says about all that happened. */
export interface Evidence {
  readonly operations: readonly OperationEvidence[];
  /** Every write of a state, in order: the truth. The id of the operation behind it is its clientRequestId. */
  readonly ledger: readonly LedgerEntry[];
  /** The audit record, in both of its tables. */
  readonly audit: { readonly byUser: readonly AuditEntry[]; readonly byTime: readonly AuditEntry[] };
  /** States by object id, as they truly were at first and are in the end. */
  readonly before: ReadonlyMap<string, MfaState>;
  readonly after: ReadonlyMap<string, MfaState>;
  /** What the service remembers of users, by object id. */
  readonly rows: ReadonlyMap<string, UserRow>;
}

/** Something that was asked for: its references, or the operation that it retries. */
export interface Asked {
  readonly id: string;
  readonly references: readonly string[] | { readonly retryOf: string };
}

/** Where the sides can be asked. The service is calm, and the tables are read past whatever stands before them. */
export interface Witnesses {
  readonly apiUrl: string;
  readonly graph: GraphControl;
  readonly tablesConnection: string;
}

export async function gatherEvidence(
  asked: readonly Asked[],
  accepted: ReadonlySet<string>,
  before: ReadonlyMap<string, MfaState>,
  witnesses: Witnesses,
): Promise<Evidence> {
  const { graph, tablesConnection } = witnesses;
  const known = new Map<string, KnownOperation>();
  for (const { id } of asked) {
    const found = await readKnown(id, witnesses);
    if (found !== undefined) known.set(id, found);
  }
  const listed = await readList(witnesses.apiUrl);
  const tables = auditTables(tablesConnection);
  return {
    operations: asked.map(({ id, references }) => ({
      id,
      accepted: accepted.has(id),
      asked: 'retryOf' in references ? toRetry(known.get(references.retryOf)) : references,
      known: known.get(id),
      listed: listed.has(id),
    })),
    ledger: await graph.ledger(),
    audit: { byUser: await tables.byUser(), byTime: await tables.byTime() },
    before,
    after: statesOf(await graph.users()),
    rows: await readRows(tablesConnection),
  };
}

export function statesOf(users: readonly ControlUser[]): Map<string, MfaState> {
  return new Map(users.map(({ id, state }) => [id, state]));
}

async function readKnown(id: string, { apiUrl, tablesConnection }: Witnesses): Promise<KnownOperation | undefined> {
  const report = await readOperation(apiUrl, id);
  if (report === undefined) return undefined;
  const items: ItemReport[] = [];
  for await (const item of apiClient(apiUrl).items(id)) items.push(item);
  const stored = await new OperationStore(async (name) => openTable(tablesConnection, name), Date.now).get(id);
  if (stored === undefined) throw new Error(`Operation ${id} is reported, and not stored.`);
  const { targetState, dryRun, sequence } = stored;
  return { report, items, targetState, dryRun, sequence };
}

const listPage = z.object({ value: z.array(z.object({ id: z.string() })), nextLink: z.url().optional() });

/** The ids of all operations that the API lists. */
async function readList(apiUrl: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let next: string | undefined = `${apiUrl}/operations`; next !== undefined; ) {
    const response = await fetch(next);
    const page: z.infer<typeof listPage> = listPage.parse(await response.json());
    for (const { id } of page.value) ids.add(id);
    next = page.nextLink;
  }
  return ids;
}

/** What a retry repeats: by object id where it is known. */
function toRetry(original: KnownOperation | undefined): string[] {
  return (original?.items ?? [])
    .filter(({ outcome }) => outcome === 'refused' || outcome === 'failed')
    .map(({ userId, reference }) => userId ?? reference);
}

async function readRows(connectionString: string): Promise<Map<string, UserRow>> {
  const rows = new Map<string, UserRow>();
  const table = openTable(connectionString, 'users');
  await table.createTable(); // where nobody was changed there is no table yet
  for await (const row of table.listEntities<Record<string, unknown>>()) {
    const read = readUserRow(row as StoredRow);
    rows.set(read.id, read);
  }
  return rows;
}

function openTable(connectionString: string, name: string): TableClient {
  return TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection: true });
}
