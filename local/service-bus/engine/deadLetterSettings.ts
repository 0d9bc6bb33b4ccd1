import type { QueueSettings } from '../settings.ts';

/** A dead-letter queue has no sessions, drops no duplicates, and keeps its messages until they are received. */
export function deadLetterSettings(settings: QueueSettings): QueueSettings {
  return {
    lockDurationMs: settings.lockDurationMs,
    requiresSession: false,
    duplicateWindowMs: 0,
    maxDeliveryCount: Number.POSITIVE_INFINITY,
    timeToLiveMs: Number.POSITIVE_INFINITY,
    deadLetterExpired: false,
  };
}
