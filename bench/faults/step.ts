import type { ExhaustionMoment } from '../../local/service-bus/engine/exhaustion.ts';
import type { MfaState } from '../../shared/domain/mfaState.ts';
import type { FaultRate } from './faultRates.ts';

/** One of the two hosts. */
export type Slot = 0 | 1;

/** A service that the app needs. */
export type Backend = 'graph' | 'tables' | 'queues';

/** A queue of the work on operations. */
export type WorkQueue = 'plans' | 'expressplans' | 'changes';

/** Something that is done to the system. */
export type Action =
  /** A client sends the request, to both hosts at once if `twin`, up to so many times until it is answered with 202. */
  | {
      readonly kind: 'send';
      readonly operation: number;
      readonly slot: Slot;
      readonly twin: boolean;
      readonly attempts: number;
    }
  | { readonly kind: 'cancel'; readonly operation: number; readonly slot: Slot }
  | { readonly kind: 'retry'; readonly retry: number; readonly slot: Slot }
  | { readonly kind: 'kill'; readonly slot: Slot }
  | { readonly kind: 'start'; readonly slot: Slot }
  /** Scales a host in: it is drained, and ended when its functions have ended. */
  | { readonly kind: 'drain'; readonly slot: Slot }
  /** Restarts the app in a host: what its worker runs is ended, and stays locked for the whole `functionTimeout`. */
  | { readonly kind: 'restart'; readonly slot: Slot }
  | { readonly kind: 'dropConnections' }
  | { readonly kind: 'expireLocks'; readonly queue: WorkQueue | null }
  /** Without a count: as many requests as come in that time. */
  | {
      readonly kind: 'makeBusy';
      readonly queue: WorkQueue;
      readonly traffic: 'send' | 'receive';
      readonly count?: number;
      readonly seconds: number;
    }
  | { readonly kind: 'faultRates'; readonly graph: FaultRate; readonly tables: FaultRate }
  /** Nothing of a service answers for so long. */
  | { readonly kind: 'outage'; readonly of: Backend; readonly seconds: number }
  /** An administrator sets a user's state past the service. */
  | { readonly kind: 'changeOutside'; readonly userId: string; readonly state: MfaState }
  | { readonly kind: 'deleteUser'; readonly userId: string }
  /** The next message uses up its deliveries. */
  | { readonly kind: 'exhaust'; readonly queue: WorkQueue; readonly moment: ExhaustionMoment }
  /** A message arrives that no version of the app can read. */
  | { readonly kind: 'sendUnreadable'; readonly queue: WorkQueue };

/** An action and when it is due: after so many requests to Table Storage since the start. */
export type Step = Action & { readonly at: number };
