import { app } from '@azure/functions';
import { failEvent } from '../shared/events/sendEvent.ts';
import { endDeadLetter } from '../shared/host/deadLetterWorker.ts';
import { failNotification } from '../shared/notifications/notify.ts';
import * as schemas from '../shared/queues/messages.ts';
import { failChunk, failPage } from '../shared/stateChange/deadLetters.ts';

const handlers = {
  Plan: ['plans', endDeadLetter('plans', schemas.planMessageSchema, failPage)],
  Change: ['changes', endDeadLetter('changes', schemas.changeMessageSchema, failChunk)],
  Notification: ['notifications', endDeadLetter('notifications', schemas.mailMessageSchema, failNotification)],
  Event: ['events', endDeadLetter('events', schemas.eventQueueMessageSchema, failEvent)],
} as const;

for (const [kind, [queue, handler]] of Object.entries(handlers))
  app.serviceBusQueue(`record${kind}DeadLetters`, {
    connection: 'ServiceBusConnection',
    queueName: `${queue}/$DeadLetterQueue`,
    handler,
  });
