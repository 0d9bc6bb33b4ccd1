import type { z } from 'zod';
import type { answerSchemas, requestSchemas, SchemaName } from '../schemas.ts';
import { auditEntries } from './audit.ts';
import { items, operations } from './operations.ts';
import { address, ids, names, reason } from './people.ts';
import { auditDigest, auditFinding, auditVerification } from './proof.ts';
import { coverageDay, listedUsers, sweep, tenantPolicy, unregistered } from './users.ts';

/** An example, and what it shows. */
export interface Example<T = unknown> {
  readonly summary: string;
  readonly value: T;
}

type Schemas = typeof requestSchemas & typeof answerSchemas;
/** Examples of each schema, by a short name. They have the types of the schemas, so that none gets out of date. */
type SchemaExamples = { readonly [Name in SchemaName]: Readonly<Record<string, Example<z.input<Schemas[Name]>>>> };

const { accepted, running, over, canceled, retry, undo, waiting, approved, rejected } = operations;
const { applied, refused } = items;
const [changed] = auditEntries;
const sweepStartedDateTime = sweep.startedDateTime;
const halt = {
  reason: 'An attacker lowers states',
  by: accepted.actor,
  sinceDateTime: '2026-03-02T09:30:00.000Z',
};
/** Any page; its token fits no list. */
const nextLink = (list: string): string => `${address}/${list}?page=WyI1c0dwS3FyUVRfT2JZV2VxIiwiMjAiXQ`;

export const schemaExamples: SchemaExamples = {
  StateChangeRequest: {
    users: {
      summary: 'Two users, who get a mail',
      value: { state: 'enabled', users: [names.alice, ids.bob], reason, notify: true },
    },
    group: {
      summary: 'The members of a group, as a dry run',
      value: { state: 'enforced', group: ids.group, reason: 'Wave 2', dryRun: true },
    },
    acknowledged: {
      summary: 'With a safety check overridden',
      value: { state: 'enabled', users: [names.bob], reason: 'Ticket 4712', acknowledge: ['weaken'] },
    },
  },
  RetryRequest: {
    plain: { summary: 'As the operation was', value: {} },
    acknowledged: { summary: 'With a safety check overridden', value: { acknowledge: ['weaken'] } },
  },
  ApprovalRequest: {
    reason: { summary: 'With the reason', value: { reason: 'Confirmed with the service desk by phone' } },
  },
  UndoRequest: {
    plain: { summary: 'Who would be changed', value: { reason: 'Wrong list', dryRun: true } },
    real: { summary: 'Undone', value: { reason: 'Wrong list' } },
  },
  Error: {
    notFound: {
      summary: 'No such operation',
      value: { error: { code: 'OperationNotFound', message: 'There is no operation with this id.' } },
    },
  },
  Operation: {
    accepted: { summary: 'Just accepted', value: accepted },
    running: { summary: 'Under way', value: running },
    over: { summary: 'Over, and one user was refused', value: over },
    canceled: { summary: 'Being canceled', value: canceled },
    retry: { summary: 'The refused user once more', value: retry },
    waiting: { summary: 'Waiting for a second person', value: waiting },
    approved: { summary: 'Approved by a second person', value: approved },
    rejected: { summary: 'Rejected by a second person', value: rejected },
    undo: { summary: 'The changed users back', value: undo },
  },
  OperationList: {
    page: { summary: 'A page', value: { value: [retry, over], nextLink: nextLink('operations') } },
  },
  OperationItem: {
    applied: { summary: 'A user who was changed', value: applied },
    refused: { summary: 'A user that a safety check blocked', value: refused },
  },
  OperationItemList: {
    page: { summary: 'The last page', value: { value: [applied, refused], totalCount: 2 } },
  },
  MailResend: { some: { summary: 'Three mails are sent again', value: { operationId: accepted.id, mails: 3 } } },
  UserState: {
    state: {
      summary: 'A user who is to register at the next sign-in',
      value: { id: ids.alice, state: 'enabled', registered: false, checkedDateTime: '2026-03-02T09:20:00.000Z' },
    },
  },
  HaltRequest: { plain: { summary: 'A reason', value: { reason: halt.reason } } },
  WriteHalt: {
    halted: { summary: 'All changes are halted', value: { isHalted: true, isNew: true, halt } },
    resumed: { summary: 'The halt has ended', value: { isHalted: false, isNew: true, halt } },
  },
  TenantPolicy: { policy: { summary: 'A tenant without Conditional Access', value: tenantPolicy } },
  ListedUser: { user: { summary: 'A user', value: listedUsers[0] } },
  UserList: {
    page: {
      summary: 'A page',
      value: { sweepStartedDateTime, value: [...listedUsers], totalCount: 94, nextLink: nextLink('users') },
    },
  },
  UserCount: { count: { summary: 'Users who have not registered', value: unregistered } },
  UserSummary: {
    summary: { summary: 'A tenant', value: { sweepStartedDateTime, users: 1_204, value: sweep.users } },
  },
  CoverageDay: { day: { summary: 'A day', value: coverageDay } },
  Coverage: { days: { summary: 'One day with a sweep', value: { value: [coverageDay] } } },
  Sweep: { sweep: { summary: 'A completed sweep', value: sweep } },
  SweepList: { page: { summary: 'A page', value: { value: [sweep], nextLink: nextLink('sweeps') } } },
  SweepStart: {
    begins: {
      summary: 'A sweep that begins',
      value: {
        sweep: 18,
        isNew: true,
        startedDateTime: null,
        step: null,
        listedUsers: 0,
        expectedUsers: sweep.listedUsers,
      },
    },
  },
  AuditEntry: { changed: { summary: 'A change', value: changed } },
  AuditEntryList: { page: { summary: 'A page', value: { value: [...auditEntries], nextLink: nextLink('audit') } } },
  AuditFinding: { changed: { summary: 'A row that was changed', value: auditFinding } },
  AuditVerification: {
    intact: { summary: 'Nothing is wrong', value: auditVerification },
    changed: {
      summary: 'A page of a longer verification, with a finding',
      value: { ...auditVerification, value: [auditFinding], nextLink: nextLink('audit/verification') },
    },
  },
  AuditDigest: { digest: { summary: 'The digest of an hour', value: auditDigest } },
  AuditDigestList: {
    page: { summary: 'A page', value: { value: [auditDigest], nextLink: nextLink('audit/digests') } },
  },
  Health: { ok: { summary: 'It answers', value: { status: 'ok', version: '0.1.0', unresolvedProtectedUsers: 0 } } },
  Contract: {
    document: {
      summary: 'The document, shortened',
      value: { openapi: '3.1.0', info: { title: 'Per-user MFA', version: '0.1.0' }, paths: {} },
    },
  },
};
