import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { Acknowledgement, MfaState } from '../../shared/domain/mfaState.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { UserRow } from '../../shared/users/userRow.ts';
import type { ItemReport, OperationReport } from '../apiClient.ts';
import type { ControlUser } from '../graph/control.ts';
import type { LedgerEntry } from '../graph/ledger.ts';
import type { Causes } from './causes.ts';

/** An operation that the API knows: what it reports, and what is stored of it. */
export interface KnownOperation {
  readonly report: Pick<OperationReport, 'id' | 'status' | 'references' | 'counts'>;
  readonly items: readonly ItemReport[];
  readonly kind: Operation['kind'];
  readonly targetState: MfaState;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  /** The object id of the group whose members are changed; null for a list of users. */
  readonly group: string | null;
  /** Its rank among all: of two changes of one user, the one with the greater sequence wins. */
  readonly sequence: string;
}

/** An operation that a client asked for, or that the API lists. */
export interface OperationEvidence {
  readonly id: string;
  /** Whether a client asked for it. */
  readonly requested: boolean;
  /** Whether any of its requests was answered with 202. */
  readonly accepted: boolean;
  /**
   * The references that were sent, in order; for a retry, those of the original that were refused or failed. Undefined
   * where they are not known, as for a file that the user brought along.
   */
  readonly asked: readonly string[] | undefined;
  /** The object ids of the group's members, in any order; undefined for a request that names no group. */
  readonly members: readonly string[] | undefined;
  /** Undefined when the API does not know it. */
  readonly known: KnownOperation | undefined;
  /** Whether the list of all operations has it. */
  readonly listed: boolean;
}

/** The audit record is stored twice: by user, and by time. */
export type AuditTable = 'audit' | 'auditByTime';

/** The data of all sources: API, tables, and the simulated directory. */
export interface Evidence {
  readonly operations: readonly OperationEvidence[];
  /** Every write of a state, in order: the truth. The id of the operation behind it is its clientRequestId. */
  readonly ledger: readonly LedgerEntry[];
  /** The entries of both audit tables. */
  readonly audit: Readonly<Record<AuditTable, readonly AuditEntry[]>>;
  /** States by object id, as they truly were at first and are in the end. */
  readonly before: ReadonlyMap<string, MfaState>;
  readonly after: ReadonlyMap<string, MfaState>;
  /** The service's facts about users, by object id. */
  readonly rows: ReadonlyMap<string, UserRow>;
  /** True where nothing was made to fail and reads do not lag: then a change is exactly one write. */
  readonly faultFree: boolean;
  /** Users who registered a method meanwhile, by object id: Entra may move them on. */
  readonly registered: ReadonlySet<string>;
  /** All users, as they were when a sweep had seen them for the last time. Undefined where no sweep ran. */
  readonly swept: readonly ControlUser[] | undefined;
  /** What was done on purpose; undefined where that is not known. Only with it, others may change states too. */
  readonly causes: Causes | undefined;
}

/** The subject of outcomes and entries: a user, or an unknown name. The same for all spellings. */
export function subjectOf({ userId, reference }: { readonly userId: string | null; readonly reference: string }) {
  return userId ?? reference.toLowerCase();
}

/** True unless the reference repeats another one, which has the outcome. */
export function isOriginal({ outcome }: Pick<ItemReport, 'outcome'>): boolean {
  return outcome !== 'duplicate';
}
