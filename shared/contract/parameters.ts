import { z } from 'zod';
import { auditEvents } from '../audit/entry.ts';
import { csvOptionsSchema } from '../stateChange/request.ts';
import type { Parameter } from './route.ts';

const uuid = z.guid();
export const operationId: Parameter = {
  name: 'operationId',
  in: 'path',
  required: true,
  summary: 'Operation',
  description: 'The id of the operation.',
  schema: uuid,
};
export const chosenId: Parameter = {
  name: 'Operation-Id',
  in: 'header',
  summary: 'Operation-Id',
  description:
    'A UUID of your choice. The same request sent again with it is the same operation: nothing is done twice. The same id with another request is refused.',
  schema: uuid,
};

/** A parameter that continues a list. */
export function continuation(name: string): Parameter {
  return {
    name,
    in: 'query',
    summary: 'Continue at',
    description: 'Where a list goes on: taken from the nextLink of the page before.',
    schema: z.string(),
  };
}

export const csvOptions: Parameter[] = Object.entries({
  state: 'The state to set.',
  reason: 'Why.',
  notify: 'Tell users who are enabled by mail.',
  dryRun: 'Change nobody.',
  acknowledge: 'Guards to override, separated by commas.',
}).map(([name, description]) => ({
  name,
  in: 'query',
  summary: name,
  description: `With text/csv only: ${description}`,
  schema: csvOptionsSchema.shape[name as keyof typeof csvOptionsSchema.shape],
}));

const time = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);
export const auditParameters: Parameter[] = [
  {
    name: 'user',
    in: 'query',
    summary: 'User',
    description: 'Only entries about this user: object id, user principal name, or a name that no user has.',
    schema: z.string(),
  },
  {
    name: 'operation',
    in: 'query',
    summary: 'Operation',
    description: 'Only entries of this operation.',
    schema: uuid,
  },
  {
    name: 'event',
    in: 'query',
    summary: 'Event',
    description: 'Only entries of this kind.',
    schema: z.enum(auditEvents),
  },
  {
    name: 'actor',
    in: 'query',
    summary: 'Who did it',
    description: 'Only entries of this object id, application or name.',
    schema: z.string(),
  },
  {
    name: 'from',
    in: 'query',
    summary: 'From',
    description:
      'Only entries since this date or time; without it, those of 30 days, or of the operation that is asked for.',
    schema: time,
  },
  {
    name: 'to',
    in: 'query',
    summary: 'To',
    description: 'Only entries up to this date or time.',
    schema: time,
  },
];
