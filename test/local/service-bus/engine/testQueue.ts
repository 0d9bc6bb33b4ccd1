import type { NewMessage } from '../../../../local/service-bus/engine/message.ts';
import { Queue } from '../../../../local/service-bus/engine/queue.ts';
import { defaultQueueSettings, type QueueSettings } from '../../../../local/service-bus/settings.ts';

/** A queue of texts whose time and lock tokens are known. */
export interface TestQueue {
  readonly queue: Queue<string>;
  readonly now: () => number;
  readonly advance: (ms: number) => void;
}

export function testQueue(settings: Partial<QueueSettings> = {}): TestQueue {
  let now = 1_000_000;
  let tokens = 0;
  const tools = { clock: () => now, newToken: () => `token-${++tokens}` };
  return {
    queue: new Queue<string>('q', { ...defaultQueueSettings, ...settings }, tools),
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

/** A message with nothing but its content. */
export function newMessage(content: string, more: Partial<NewMessage<string>> = {}): NewMessage<string> {
  return {
    content,
    messageId: undefined,
    sessionId: undefined,
    timeToLiveMs: undefined,
    scheduledAt: undefined,
    ...more,
  };
}
