import { app } from '@azure/functions';
import { endDeadLetter } from '../shared/queues/deadLetter.ts';
import { changeMessageSchema, planMessageSchema } from '../shared/queues/messages.ts';
import { failChunk, failPage } from '../shared/stateChange/deadLetters.ts';

app.serviceBusQueue('recordPlanDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'plans/$DeadLetterQueue',
  handler: endDeadLetter('plans', planMessageSchema, failPage),
});

app.serviceBusQueue('recordChangeDeadLetters', {
  connection: 'ServiceBusConnection',
  queueName: 'changes/$DeadLetterQueue',
  handler: endDeadLetter('changes', changeMessageSchema, failChunk),
});
