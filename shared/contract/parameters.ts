import { z } from 'zod';
import { auditEvents } from '../audit/entry.ts';
import { REFERENCE_MAX_LENGTH } from '../domain/userReference.ts';
import { csvOptionsSchema } from '../stateChange/request.ts';
import type { Parameter } from './route.ts';

/** The longest token of a page; those that the API writes are far shorter. */
const PAGE_MAX_LENGTH = 2_000;
/** The longest name of who did something, in characters. */
const ACTOR_MAX_LENGTH = 256;

/** The parameters that stand in paths. */
export function pathParameters() {
  return {
    operationId: { summary: 'Operation', description: 'The id of the operation.', schema: z.guid() },
    userId: {
      summary: 'User',
      description: 'Object id or user principal name.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
    },
  } as const satisfies Record<string, Parameter>;
}

/** The header with the id that a caller chooses for an operation. */
export function chosenId(): Parameter {
  return {
    summary: 'Operation-Id',
    description:
      'A UUID of your choice. The same request sent again with it is the same operation: nothing is done twice. The same id with another request is refused.',
    schema: z.guid(),
  };
}

/** The parameter that continues a list. */
export function page() {
  return {
    summary: 'Continue at',
    description: 'Where the list continues. Take it from the nextLink of the page before, with the same filters.',
    schema: z.string().max(PAGE_MAX_LENGTH),
  } satisfies Parameter;
}

/** What stands beside the users of a CSV file. */
export function csvOptions() {
  const { state, reason, notify, dryRun, acknowledge } = csvOptionsSchema.shape;
  const option = <Schema extends z.ZodType>(summary: string, description: string, schema: Schema) =>
    ({ summary, description: `With text/csv only: ${description}`, schema, onlyWith: 'text/csv' }) as const;
  return {
    state: option('State', 'the state to set. Required.', state),
    reason: option('Reason', 'why, for the audit record. Required.', reason),
    notify: option('Notify', 'send a mail to users who are enabled.', notify),
    dryRun: option('Dry run', 'find out who would be changed, and change no user.', dryRun),
    acknowledge: option('Acknowledge', 'safety checks to override, separated by commas.', acknowledge),
  } satisfies Record<string, Parameter>;
}

/** The parameters that filter the audit record. */
export function auditFilters() {
  const time = z.union(
    [z.iso.date(), z.iso.datetime({ offset: true })],
    'must be a date, or a time with its offset, such as 2026-03-01 or 2026-03-01T08:00:00Z',
  );
  return {
    user: {
      summary: 'User',
      description: 'Only entries about this user: object id, user principal name, or a name that no user has.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
    },
    operation: {
      summary: 'Operation',
      description: 'Only entries of this operation.',
      schema: z.guid('must be the id of an operation, a UUID'),
    },
    event: { summary: 'Event', description: 'Only entries of this kind.', schema: z.enum(auditEvents) },
    actor: {
      summary: 'Who did it',
      description: 'Only entries of this object id, application or name.',
      schema: z.string().max(ACTOR_MAX_LENGTH),
    },
    fromDateTime: {
      summary: 'From',
      description:
        'Only entries since this date or time. Without it: 30 days, or the time of the operation that is given.',
      schema: time,
    },
    toDateTime: { summary: 'To', description: 'Only entries up to this date or time.', schema: time },
  } as const satisfies Record<string, Parameter>;
}
