import { z } from 'zod';
import { directions } from '../audit/changeOf.ts';
import { auditEvents } from '../audit/entry.ts';
import { acknowledgements } from '../domain/mfaState.ts';
import { REFERENCE_MAX_LENGTH } from '../domain/userReference.ts';
import { wordsOf } from '../http/userQuery.ts';
import { csvOptionsSchema } from '../stateChange/request.ts';
import { ids, names, reason } from './examples/people.ts';
import type { Parameter } from './route.ts';

/** The longest token of a page; those that the API writes are far shorter. */
const PAGE_MAX_LENGTH = 2_000;
/** The longest name of who did something, in characters. */
const ACTOR_MAX_LENGTH = 256;

/** The parameters that stand in paths. */
export function pathParameters() {
  return {
    operationId: {
      summary: 'Operation',
      description: 'The id of the operation.',
      schema: z.guid(),
      example: ids.operation,
    },
    userId: {
      summary: 'User',
      description: 'Object id or user principal name.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
      example: names.alice,
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
    example: ids.operation,
  };
}

/** The parameter that continues a list. */
export function page() {
  return {
    summary: 'Continue at',
    description: 'Where the list continues. Take it from the nextLink of the page before, with the same filters.',
    schema: z.string().max(PAGE_MAX_LENGTH),
    example: 'WyI1c0dwS3FyUVRfT2JZV2VxIiwiMjAiXQ',
  } satisfies Parameter;
}

/** What stands beside the users of a CSV file. */
export function csvOptions() {
  const { state, column, reason: why, notify, dryRun, acknowledge, untilDateTime } = csvOptionsSchema.shape;
  return {
    state: {
      summary: 'State',
      description:
        'The state to set. Without it, each user gets the state in the column MFA status or state of the file; with it, that column is not used.',
      schema: state,
      example: 'enabled',
    },
    column: {
      summary: 'Column',
      description: 'The column with the users, when it has none of the usual names.',
      schema: column,
      example: 'Mail',
    },
    reason: {
      summary: 'Reason',
      description: 'Why. It is kept in the audit record.',
      schema: why,
      required: true,
      example: reason,
    },
    notify: {
      summary: 'Notify',
      description: 'Whether users who are enabled get a mail; false when missing.',
      schema: notify,
      example: true,
    },
    dryRun: {
      summary: 'Dry run',
      description: 'Find out which users would change, without changing them; false when missing.',
      schema: dryRun,
      example: true,
    },
    acknowledge: {
      summary: 'Acknowledge',
      description: `Safety checks to override, separated by commas: ${acknowledgements.join(', ')}.`,
      schema: acknowledge,
      example: 'conditionalAccess,legacyAuthInterruption',
    },
    untilDateTime: {
      summary: 'Until',
      description: 'When lowered states end: then the service asks for the states from before.',
      schema: untilDateTime,
      example: '2030-01-31T18:00:00Z',
    },
  } as const satisfies Record<string, Parameter>;
}

/** The same for the route of JSON, which takes CSV files of callers of earlier versions. */
export function formerCsvOptions() {
  const { state, column, reason: why, notify, dryRun, acknowledge, untilDateTime } = csvOptions();
  const former = 'text/csv';
  return {
    state: { ...state, former },
    column: { ...column, former },
    reason: { ...why, former },
    notify: { ...notify, former },
    dryRun: { ...dryRun, former },
    acknowledge: { ...acknowledge, former },
    untilDateTime: { ...untilDateTime, former },
  } as const satisfies Record<string, Parameter>;
}

/** The parameters that filter users. */
export function userFilters() {
  return {
    state: {
      summary: 'State',
      description: 'Only users in one of these states: disabled, enabled, enforced, unknown, with commas between them.',
      schema: wordsOf('state'),
      example: 'disabled,enabled',
    },
    registered: {
      summary: 'Registered',
      description:
        'Only users who have (true), or have not (false), a method for MFA, or whose registration is unknown.',
      schema: wordsOf('registered'),
      example: 'false',
    },
    userType: {
      summary: 'Type',
      description: 'Only members or guests: Member, Guest, unknown.',
      schema: wordsOf('userType'),
      example: 'Guest',
    },
    accountEnabled: {
      summary: 'May sign in',
      description:
        'Only users who may sign in (true), or whose account is blocked (false); unknown when Microsoft Graph does not say.',
      schema: wordsOf('accountEnabled'),
      example: 'true',
    },
    administrator: {
      summary: 'Administrator',
      description:
        'Only users with a directory role (true), or without one (false); unknown when the roles could not be read.',
      schema: wordsOf('administrator'),
      example: 'true',
    },
    methodClass: {
      summary: 'Method',
      description:
        'Only users whose strongest method is one of these: none, phoneOnly, app, certificate, passkeyReady, unknown.',
      schema: wordsOf('methodClass'),
      example: 'none,phoneOnly',
    },
    licensed: {
      summary: 'Licensed',
      description:
        'Only users who have (true), or have not (false), a licence; unknown when Microsoft Graph does not say.',
      schema: wordsOf('licensed'),
      example: 'true',
    },
    enabledBeforeDateTime: {
      summary: 'Enabled before',
      description:
        'Only users who have been enabled since before this time, or before a date such as 2026-03-01 (UTC).',
      schema: dateOrTime(),
      example: '2026-03-01T08:00:00Z',
    },
    q: {
      summary: 'Text',
      description: 'Only users whose user principal name, display name or object id has this text in it, in any case.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
      example: 'al',
    },
  } as const satisfies Record<string, Parameter>;
}

/** A date, or a time with its offset. One type in the contract: generated clients know no choice between the two. */
export function dateOrTime() {
  return z
    .string()
    .pipe(
      z.union(
        [z.iso.date(), z.iso.datetime({ offset: true })],
        'must be a date, or a time with its offset, such as 2026-03-01 or 2026-03-01T08:00:00Z',
      ),
    )
    .meta({ format: 'date-time' });
}

/** The parameters that filter the audit record. */
export function auditFilters() {
  const time = dateOrTime();
  return {
    user: {
      summary: 'User',
      description:
        'Only entries about this user: object id, user principal name, the last name of a deleted user, or a name that no user had.',
      schema: z.string().max(REFERENCE_MAX_LENGTH),
      example: names.alice,
    },
    operation: {
      summary: 'Operation',
      description: 'Only entries of this operation.',
      schema: z.guid('must be the id of an operation, a UUID'),
      example: ids.operation,
    },
    event: {
      summary: 'Event',
      description: 'Only entries of this kind.',
      schema: z.enum(auditEvents),
      example: 'stateChanged',
    },
    actor: {
      summary: 'Who did it',
      description: 'Only entries of this object id, application or name.',
      schema: z.string().max(ACTOR_MAX_LENGTH),
      example: names.admin,
    },
    direction: {
      summary: 'Direction',
      description: 'Only changes that lowered the state of a user, or only changes that raised it.',
      schema: z.enum(directions),
      example: 'lowered',
    },
    overrides: {
      summary: 'With overrides',
      description: 'Only entries of which the caller overrode a safety check.',
      schema: z.enum(['true']),
      example: 'true',
    },
    fromDateTime: {
      summary: 'From',
      description:
        'Only entries since this time, or since the beginning of a date such as 2026-03-01 (UTC). Without it: all times with a user or an operation, else 30 days.',
      schema: time,
      example: '2026-03-01T08:00:00Z',
    },
    toDateTime: {
      summary: 'To',
      description: 'Only entries up to this time, or to the end of a date such as 2026-03-31 (UTC).',
      schema: time,
      example: '2026-03-31T18:00:00Z',
    },
  } as const satisfies Record<string, Parameter>;
}
