import type { AuditStore } from '../audit/auditStore.ts';
import type { LookSoon } from '../events/raise.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { Announce } from '../notifications/announce.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { Ceiling } from '../pace/ceiling.ts';
import type { Pacer } from '../pace/pacer.ts';
import type { UserStore } from '../users/userStore.ts';

/** Everything that applying a chunk touches. */
export interface ApplyEffects {
  readonly operations: OperationStore;
  readonly users: UserStore;
  readonly audit: AuditStore;
  readonly graph: SendToGraph;
  readonly pacer: Pacer;
  readonly announce: Announce;
  readonly lookSoon: LookSoon;
  readonly ceiling: Ceiling;
  readonly now: () => number;
  readonly random: () => number;
  /** Waits at least so many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** How long to go on with a chunk whose users cannot be settled; below the function timeout. */
  readonly retryBudgetMs: number;
  /** How long Graph may go on showing a state that was changed. */
  readonly consistencyMs: number;
}
