import { app } from '@azure/functions';
import { sendEvent } from '../shared/events/sendEvent.ts';
import { work } from '../shared/host/queueWorker.ts';
import { eventQueueMessageSchema } from '../shared/queues/messages.ts';

app.serviceBusQueue('sendEvent', {
  connection: 'ServiceBusConnection',
  queueName: 'events',
  handler: work(eventQueueMessageSchema, (message, deps) => sendEvent(message, deps)),
});
