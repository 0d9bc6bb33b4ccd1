import { app } from '@azure/functions';
import { sendNotification } from '../shared/notifications/notify.ts';
import { notificationMessageSchema } from '../shared/queues/messages.ts';
import { work } from '../shared/queues/worker.ts';

app.serviceBusQueue('sendNotification', {
  connection: 'ServiceBusConnection',
  queueName: 'notifications',
  handler: work(notificationMessageSchema, (message, deps) => sendNotification(message, deps)),
});
