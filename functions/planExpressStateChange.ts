import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { planMessageSchema } from '../shared/queues/messages.ts';
import { planPage } from '../shared/stateChange/plan.ts';

app.serviceBusQueue('planExpressStateChange', {
  connection: 'ServiceBusConnection',
  queueName: 'expressplans',
  handler: work(
    planMessageSchema,
    (message, deps) => planPage(message, deps),
    () => true,
  ),
});
