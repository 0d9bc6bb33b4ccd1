import type { AuditStore } from '../audit/auditStore.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { GraphIdentity } from '../graph/graphIdentity.ts';
import type { ProgressReader } from '../operations/progress.ts';
import type { AcceptDependencies } from '../stateChange/accept.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { ChangedUsers } from '../users/changedUsers.ts';
import type { SnapshotStore } from '../users/snapshotStore.ts';
import type { CoverageStore } from './coverageStore.ts';
import type { RemindRules } from './remind.ts';
import type { StagedPages } from './staged/stagedPages.ts';
import type { SweepGraph } from './sweepGraph.ts';
import type { UserHistoryStore } from './userHistoryStore.ts';

export interface SweepDependencies extends AcceptDependencies {
  readonly staged: StagedPages;
  readonly histories: UserHistoryStore;
  readonly snapshots: SnapshotStore;
  readonly changedUsers: ChangedUsers;
  readonly coverage: CoverageStore;
  /** The accounts with a directory role. */
  readonly administrators: () => Promise<PrivilegedUsersAnswer>;
  readonly queueEvent: QueueEvent;
  readonly audit: AuditStore;
  readonly sweepGraph: SweepGraph;
  /** The identity of the service, to find its own changes in the audit log of Entra. */
  readonly graphIdentity: () => Promise<GraphIdentity | undefined>;
  readonly progress: ProgressReader;
  readonly now: () => number;
  readonly consistencyMs: number;
  readonly stuckAfterMs: number;
  /** Whether to promote registered users. */
  readonly promote: boolean;
  readonly remind: RemindRules | undefined;
  /** The approximate maximum of reminders in one sweep. */
  readonly maxReminders: number;
  /** The approximate number of users in one step; at least as many as a batch takes. */
  readonly usersPerStep: number;
  /** The wait between two pages of the registration report. */
  readonly reportPauseMs: number;
  /** When the invocation must end, in milliseconds since 1970. */
  readonly deadline: number;
}
