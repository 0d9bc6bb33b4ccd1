import { app } from '@azure/functions';
import { failEvent } from '../shared/events/sendEvent.ts';
import { endDeadLetter } from '../shared/host/deadLetterWorker.ts';
import { failNotification } from '../shared/notifications/notify.ts';
import {
  changeMessageSchema,
  eventQueueMessageSchema,
  isResend,
  notificationQueueMessageSchema,
  planMessageSchema,
  sweepMessageSchema,
} from '../shared/queues/messages.ts';
import { failChunk, failPage } from '../shared/stateChange/deadLetters.ts';

app.serviceBusQueue('recordPlanDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'plans/$DeadLetterQueue',
  handler: endDeadLetter('plans', planMessageSchema, failPage),
});

app.serviceBusQueue('recordExpressPlanDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'expressplans/$DeadLetterQueue',
  handler: endDeadLetter('expressplans', planMessageSchema, failPage),
});

app.serviceBusQueue('recordChangeDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'changes/$DeadLetterQueue',
  handler: endDeadLetter('changes', changeMessageSchema, failChunk),
});

app.serviceBusQueue('recordNotificationDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'notifications/$DeadLetterQueue',
  // A caller may ask again to send failed mails.
  handler: endDeadLetter('notifications', notificationQueueMessageSchema, async (message, reason, deps) =>
    isResend(message) ? 0 : failNotification(message, reason, deps),
  ),
});

app.serviceBusQueue('recordEventDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'events/$DeadLetterQueue',
  handler: endDeadLetter('events', eventQueueMessageSchema, failEvent),
});

app.serviceBusQueue('recordSweepDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'sweeps/$DeadLetterQueue',
  // The timer begins the next sweep, and recovery continues one that has begun.
  handler: endDeadLetter('sweeps', sweepMessageSchema, async () => 0),
});
