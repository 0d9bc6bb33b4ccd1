import { app } from '@azure/functions';
import { planMessageSchema } from '../shared/queues/messages.ts';
import { work } from '../shared/queues/worker.ts';
import { planPage } from '../shared/stateChange/plan.ts';

app.serviceBusQueue('planStateChange', {
  connection: 'ServiceBusConnection',
  queueName: 'plans',
  handler: work(planMessageSchema, (message, deps) => planPage(message, deps)),
});
