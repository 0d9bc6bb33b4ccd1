import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** How a queue behaves. */
export interface QueueSettings {
  /** How long a message or session lock lasts, in milliseconds. */
  readonly lockDurationMs: number;
  readonly requiresSession: boolean;
  /** How long message ids are remembered to drop duplicates, in milliseconds; 0 when duplicates are not detected. */
  readonly duplicateWindowMs: number;
  /** After this many deliveries that did not settle it, a message is dead-lettered. */
  readonly maxDeliveryCount: number;
  /** How long a message may wait, in milliseconds; Infinity when it never expires. */
  readonly timeToLiveMs: number;
  /** Whether messages that outlive their time are dead-lettered instead of dropped. */
  readonly deadLetterExpired: boolean;
}

/** Which namespace it is: the tiers differ in how large a message may be. */
export type Tier = 'standard' | 'premium';

/** The largest message, or batch of messages, in bytes (Microsoft: service-bus-quotas; Premium as it is by default). */
export const maxMessageBytes: Readonly<Record<Tier, number>> = { standard: 256 * 1024, premium: 1024 * 1024 };

/** A queue as Azure creates it when nothing is said (Microsoft.ServiceBus/namespaces/queues). */
export const defaultQueueSettings: QueueSettings = {
  lockDurationMs: 60_000,
  requiresSession: false,
  duplicateWindowMs: 0,
  maxDeliveryCount: 10,
  timeToLiveMs: Number.POSITIVE_INFINITY,
  deadLetterExpired: false,
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** A duration in a range; the bounds are those that Azure accepts for queues. */
const duration = (leastMs: number, mostMs: number) =>
  z.string().transform((text, context) => {
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds >= leastMs && milliseconds <= mostMs) return milliseconds;
    context.addIssue({
      code: 'custom',
      message: `expected an ISO 8601 duration of ${leastMs / SECOND} to ${mostMs / SECOND} seconds, not '${text}'`,
    });
    return z.NEVER;
  });

const lockDuration = duration(SECOND, 5 * MINUTE);

// Strict: a property that the emulator does not know would work in Azure and silently do nothing here.
const queue = z.strictObject({
  lockDuration: lockDuration.default(defaultQueueSettings.lockDurationMs),
  requiresSession: z.boolean().default(false),
  requiresDuplicateDetection: z.boolean().default(false),
  duplicateDetectionHistoryTimeWindow: duration(20 * SECOND, 7 * DAY).default(10 * MINUTE),
  maxDeliveryCount: z.int().min(1).max(2000).default(defaultQueueSettings.maxDeliveryCount),
  defaultMessageTimeToLive: duration(SECOND, 10_675_199 * DAY + DAY).default(Number.POSITIVE_INFINITY),
  deadLetteringOnMessageExpiration: z.boolean().default(false),
});

const queues = z.record(z.string().regex(/^[A-Za-z0-9](?:[\w.\-/]{0,258}[A-Za-z0-9])?$/), queue);

/**
 * Reads queues in the form that Bicep takes: the properties of Microsoft.ServiceBus/namespaces/queues by queue name.
 * @throws Error that lists everything that is wrong.
 */
export function readQueueSettings(input: unknown): Record<string, QueueSettings> {
  const result = queues.safeParse(input);
  if (!result.success) throw new Error(`The queue settings are not valid:\n${z.prettifyError(result.error)}`);
  return Object.fromEntries(
    Object.entries(result.data).map(([name, read]): [string, QueueSettings] => [
      name,
      {
        lockDurationMs: read.lockDuration,
        requiresSession: read.requiresSession,
        duplicateWindowMs: read.requiresDuplicateDetection ? read.duplicateDetectionHistoryTimeWindow : 0,
        maxDeliveryCount: read.maxDeliveryCount,
        timeToLiveMs: read.defaultMessageTimeToLive,
        deadLetterExpired: read.deadLetteringOnMessageExpiration,
      },
    ]),
  );
}

/**
 * Reads a lock duration as Azure accepts it: an ISO 8601 duration of at most five minutes.
 * @returns Milliseconds.
 * @throws Error that says what is expected.
 */
export function readLockDuration(text: string): number {
  const result = lockDuration.safeParse(text);
  if (!result.success) throw new Error(`The lock duration is not valid:\n${z.prettifyError(result.error)}`);
  return result.data;
}
