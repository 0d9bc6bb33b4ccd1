import type { AuditStore } from '../audit/auditStore.ts';
import type { Operation } from '../domain/operation.ts';
import type { ScheduleFinishCheck } from '../events/finishCheck.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { DailyLimit } from '../pace/dailyLimit.ts';
import type { Pacer } from '../pace/pacer.ts';
import type { UserStore } from '../users/userStore.ts';

/** Queues mails to the users of a chunk who were changed. Queuing them again changes nothing: each has its id. */
export type QueueNotifications = (operation: Operation, chunk: Chunk) => Promise<void>;

/** Everything that applying a chunk works with. */
export interface ApplyDependencies {
  readonly operations: OperationStore;
  readonly users: UserStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly pacer: Pacer;
  readonly queueNotifications: QueueNotifications;
  readonly scheduleFinishCheck: ScheduleFinishCheck;
  readonly dailyLimit: DailyLimit;
  readonly now: () => number;
  readonly random: () => number;
  /** Waits at least so many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long to go on with a chunk whose users cannot be settled; below the function timeout. */
  readonly retryBudgetMs: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
}
