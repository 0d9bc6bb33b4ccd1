import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { sendNotification } from '../shared/notifications/notify.ts';
import { resendMails } from '../shared/notifications/resendMails.ts';
import { isResend, notificationQueueMessageSchema } from '../shared/queues/messages.ts';

app.serviceBusQueue('sendNotification', {
  connection: 'ServiceBusConnection',
  queueName: 'notifications',
  handler: work(
    notificationQueueMessageSchema,
    async (message, deps): Promise<object> =>
      isResend(message) ? resendMails(message, deps) : sendNotification(message, deps),
  ),
});
