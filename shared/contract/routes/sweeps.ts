import type { GuardedRoute } from '../route.ts';

export const startSweepRoute = {
  name: 'startSweep',
  method: 'POST',
  path: 'sweeps',
  tag: 'Audit',
  summary: 'Start a registration sweep',
  description:
    'Starts a registration sweep now, without waiting for its schedule. While one is under way, no second one begins: that one continues, and the answer tells how far it is. Needs MfaState.Strengthen, because a sweep may remind users and promote registered ones.',
  roles: ['MfaState.Strengthen'],
  answers: { 202: { description: 'The sweep that begins or continues.', body: 'SweepStart' } },
} as const satisfies GuardedRoute;
