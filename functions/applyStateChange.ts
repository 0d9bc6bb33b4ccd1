import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { changeMessageSchema } from '../shared/queues/messages.ts';
import { applyChange } from '../shared/stateChange/applyChange.ts';

app.serviceBusQueue('applyStateChange', {
  connection: 'ServiceBusConnection',
  queueName: 'changes',
  isSessionsEnabled: true,
  cardinality: 'one',
  handler: work(changeMessageSchema, applyChange),
});
