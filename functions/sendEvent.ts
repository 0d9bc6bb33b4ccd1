import { app } from '@azure/functions';
import { sendEvent } from '../shared/events/sendEvent.ts';
import { eventQueueMessageSchema } from '../shared/queues/messages.ts';
import { work } from '../shared/queues/worker.ts';

app.serviceBusQueue('sendEvent', {
  connection: 'ServiceBusConnection',
  queueName: 'events',
  handler: work(eventQueueMessageSchema, (message, deps) => sendEvent(message, deps)),
});
