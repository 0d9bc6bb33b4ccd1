import { app } from '@azure/functions';
import { isExpressSession } from '../shared/domain/lane.ts';
import { work } from '../shared/host/queueWorker.ts';
import { changeMessageSchema } from '../shared/queues/messages.ts';
import { applyChange } from '../shared/stateChange/applyChange.ts';

app.serviceBusQueue('applyStateChange', {
  connection: 'ServiceBusConnection',
  queueName: 'changes',
  isSessionsEnabled: true,
  cardinality: 'one',
  handler: work(changeMessageSchema, applyChange, isExpressSession),
});
