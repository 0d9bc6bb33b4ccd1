import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { changeMessageSchema } from '../shared/queues/messages.ts';
import { applyChunk } from '../shared/stateChange/applyChunk.ts';

app.serviceBusQueue('applyStateChange', {
  connection: 'ServiceBusConnection',
  queueName: 'changes',
  isSessionsEnabled: true,
  cardinality: 'one',
  handler: work(changeMessageSchema, (message, deps) => applyChunk(message, deps)),
});
