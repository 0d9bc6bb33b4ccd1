import type { ChangeMessage } from '../queues/messages.ts';
import type { ApplyDependencies } from './applyDependencies.ts';

/** Work that waits for the end of a halt looks again after this time. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Queues a message again, because its users wait for the end of a halt. The delivery is completed, so a halt uses up no
 * deliveries, however long it is, and each message is younger than the time after which messages expire.
 * @param session the session that the message came from
 */
export async function awaitResume(
  message: ChangeMessage,
  session: string,
  { queues, now }: Pick<ApplyDependencies, 'queues' | 'now'>,
): Promise<void> {
  const { postponed, ...rest } = message;
  const change: ChangeMessage = {
    ...rest,
    halted: (message.halted ?? 0) + 1,
    // The time of the halt does not count against a user that Graph failed for.
    ...(postponed === undefined ? {} : { postponed: { ...postponed, since: new Date(now()).toISOString() } }),
  };
  await queues.sendChanges([{ change, session, at: now() + LOOK_AGAIN_MS }]);
}
