import type { GuardedRoute } from '../route.ts';

export const haltWritesRoute = {
  name: 'haltWrites',
  method: 'POST',
  path: 'halt',
  tag: 'Service',
  summary: 'Halt all changes',
  description:
    'Stops every change of a user within a minute, on all instances. Operations are still accepted, and can be canceled; their users wait until the halt is ended. A second halt leaves the first as it is.',
  roles: ['MfaState.Halt'],
  action: 'halt',
  body: { content: 'HaltRequest', required: true },
  answers: { 200: { description: 'The halt that stands now.', body: 'WriteHalt', example: 'halted' } },
  errors: ['InvalidJson', 'InvalidEncoding', 'LengthRequired', 'RequestTooLarge'],
} as const satisfies GuardedRoute;

export const resumeWritesRoute = {
  name: 'resumeWrites',
  method: 'DELETE',
  path: 'halt',
  tag: 'Service',
  summary: 'End the halt',
  description:
    'Lets changes continue: users that waited are changed within a minute or so. Without a halt, nothing happens.',
  roles: ['MfaState.Halt'],
  action: 'resume',
  answers: { 200: { description: 'The halt that has ended.', body: 'WriteHalt', example: 'resumed' } },
} as const satisfies GuardedRoute;
