import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { sendNotification } from '../shared/notifications/notify.ts';
import { mailMessageSchema } from '../shared/queues/messages.ts';

app.serviceBusQueue('sendNotification', {
  connection: 'ServiceBusConnection',
  queueName: 'notifications',
  handler: work(mailMessageSchema, (message, deps) => sendNotification(message, deps)),
});
