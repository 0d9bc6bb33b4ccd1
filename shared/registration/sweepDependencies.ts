import type { AuditStore } from '../audit/auditStore.ts';
import type { QueueEvent } from '../events/queueEvent.ts';
import type { AcceptDependencies } from '../stateChange/accept.ts';
import type { UserIndex } from '../users/userIndex.ts';
import type { RemindRules } from './remind.ts';
import type { StagedPages } from './staged/stagedPages.ts';
import type { SweepGraph } from './sweepGraph.ts';
import type { UserHistoryStore } from './userHistoryStore.ts';

/** What the steps of a sweep work with. */
export interface SweepDependencies extends AcceptDependencies {
  readonly staged: StagedPages;
  readonly followed: UserHistoryStore;
  readonly userIndex: UserIndex;
  readonly queueEvent: QueueEvent;
  readonly audit: AuditStore;
  readonly sweepGraph: SweepGraph;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly consistencyMs: number;
  readonly stuckAfterMs: number;
  /** Whether registered users are to be promoted. */
  readonly promote: boolean;
  readonly remind: RemindRules | undefined;
  /** The most reminders of one sweep, about. */
  readonly mostReminders: number;
  /** How many users a step deals with, about; not less than a batch takes. */
  readonly usersPerStep: number;
  /** How long to wait between two pages of the registration report. */
  readonly reportPauseMs: number;
  /** When the run must end, in milliseconds since 1970. */
  readonly deadline: number;
}
