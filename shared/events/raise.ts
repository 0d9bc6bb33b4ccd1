import { isExpress, type Operation } from '../domain/operation.ts';
import type { Happening } from '../queues/eventId.ts';
import type { Queues } from '../queues/queues.ts';

/** Queues what the webhook is to be told of. Raising it again changes nothing: the queue knows its id. */
export type Raise = (event: Happening) => Promise<void>;

/** Has it looked soon whether an operation is over: called whenever a part of it has come to its end. */
export type LookSoon = (operation: Operation) => Promise<void>;

/** Where there is no webhook. */
export const unheard: Raise = async () => {};
export const unwatched: LookSoon = async () => {};

export function raiser(queues: Pick<Queues, 'sendEvents'>, now: () => number): Raise {
  return (event) =>
    queues.sendEvents([{ event: { version: 1, ...event, since: new Date(now()).toISOString(), attempt: 0 } }]);
}

/** Looking takes one query for each thousand rows, so it is done less often where there may be many. */
const LOOK_EVERY_MS = { express: 2_000, bulk: 15_000 };
/** Operations whose next look is remembered. */
const REMEMBERED = 1_000;

/**
 * Queues a message that has it looked whether an operation is over, at the end of the present interval: so there is one
 * look in an interval however many parts end in it, and always one after the last.
 */
export function watcher(queues: Pick<Queues, 'sendLooks'>, now: () => number): LookSoon {
  const looks = new Map<string, number>();
  return async (operation) => {
    const everyMs = LOOK_EVERY_MS[isExpress(operation) ? 'express' : 'bulk'];
    const at = (Math.floor(now() / everyMs) + 1) * everyMs;
    if (looks.get(operation.id) === at) return;
    await queues.sendLooks([{ look: { version: 1, event: 'look', operationId: operation.id }, at }]);
    if (looks.size >= REMEMBERED) looks.clear();
    looks.set(operation.id, at);
  };
}
