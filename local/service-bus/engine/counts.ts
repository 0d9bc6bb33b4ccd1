/** The counters of a queue since its creation. */
export interface QueueTotals {
  /** Messages that were taken in, scheduled ones included, dropped duplicates not. */
  enqueued: number;
  delivered: number;
  /** Deliveries that were not the message's first; part of `delivered`. */
  redelivered: number;
  /** Messages that were completed, or received and deleted. */
  completed: number;
  abandoned: number;
  /** Messages that a receiver gave back unused, which does not count as a delivery that failed. */
  released: number;
  deferrals: number;
  /** Messages that were moved to the dead-letter queue, by a receiver or by the queue itself. */
  deadLettered: number;
  /** Messages that outlived their time and were dropped. */
  expired: number;
  /** Scheduled messages that were canceled. */
  canceled: number;
  duplicatesDropped: number;
  /** Message locks that ran out, those of a lost session included. */
  lockExpirations: number;
  sessionLockExpirations: number;
}

/** The current content of a queue, and its counters since its creation. */
export interface QueueCounts extends QueueTotals {
  /** Messages to be delivered or on delivery: as in Azure's metric, locked ones are included. 0 means drained. */
  active: number;
  scheduled: number;
  deferred: number;
  /** Messages that a receiver holds a lock on, deferred ones included. */
  locked: number;
  /** Messages in the queue's dead-letter queue. */
  deadLetter: number;
}

export function newTotals(): QueueTotals {
  return {
    enqueued: 0,
    delivered: 0,
    redelivered: 0,
    completed: 0,
    abandoned: 0,
    released: 0,
    deferrals: 0,
    deadLettered: 0,
    expired: 0,
    canceled: 0,
    duplicatesDropped: 0,
    lockExpirations: 0,
    sessionLockExpirations: 0,
  };
}
