import { app } from '@azure/functions';
import { sendNotification } from '../shared/notifications/notify.ts';
import { mailMessageSchema } from '../shared/queues/messages.ts';
import { work } from '../shared/queues/worker.ts';

app.serviceBusQueue('sendNotification', {
  connection: 'ServiceBusConnection',
  queueName: 'notifications',
  handler: work(mailMessageSchema, (message, deps) => sendNotification(message, deps)),
});
