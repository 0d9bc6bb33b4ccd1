import type { AuditStore } from '../audit/auditStore.ts';
import type { Operation } from '../domain/operation.ts';
import type { ScheduleFinishCheck } from '../events/finishCheck.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { DailyLimit } from '../pace/dailyLimit.ts';
import type { Pacer } from '../pace/pacer.ts';
import type { Queues } from '../queues/queues.ts';
import type { WriteHalt } from '../tenant/writeHalt.ts';
import type { UserStore } from '../users/userStore.ts';
import type { SafetyDependencies } from './safetyFacts.ts';

/** Queues mails to the changed users of a chunk. Queuing them again changes nothing, because each has a fixed id. */
export type QueueNotifications = (operation: Operation, chunk: Chunk) => Promise<void>;

/** The dependencies of applying a chunk. */
export interface ApplyDependencies extends SafetyDependencies {
  readonly operations: OperationStore;
  readonly users: UserStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly queues: Pick<Queues, 'sendChanges'>;
  readonly pacer: Pacer;
  readonly queueNotifications: QueueNotifications;
  readonly scheduleFinishCheck: ScheduleFinishCheck;
  readonly dailyLimit: DailyLimit;
  readonly writeHalt: Pick<WriteHalt, 'current'>;
  /** When the listing of the last completed sweep began, ISO 8601; undefined when there is none. */
  readonly sweptFrom: () => Promise<string | undefined>;
  readonly now: () => number;
  readonly random: () => number;
  /** Waits at least this many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long one delivery works on a chunk whose users get no outcome; below the function timeout. */
  readonly retryBudgetMs: number;
  /** How long after a write without an answer it is checked whether Graph has carried it out late. */
  readonly lateWriteMs: number;
  /** How long reads of Graph may show the state from before a change. */
  readonly consistencyMs: number;
}
