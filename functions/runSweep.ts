import { app } from '@azure/functions';
import { work } from '../shared/host/queueWorker.ts';
import { sweepMessageSchema } from '../shared/queues/messages.ts';
import { runSweep } from '../shared/registration/runSweep.ts';

app.serviceBusQueue('runSweep', {
  connection: 'ServiceBusConnection',
  queueName: 'sweeps',
  handler: work(sweepMessageSchema, (message, deps) => runSweep(message, deps)),
});
