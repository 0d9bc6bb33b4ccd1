import { z } from 'zod';
import { exportFormats } from '../../http/auditExport.ts';
import { auditFilters, page } from '../parameters.ts';
import type { GuardedRoute } from '../route.ts';

export const listSweepsRoute = {
  name: 'listSweeps',
  method: 'GET',
  path: 'sweeps',
  tag: 'Audit',
  summary: 'List registration sweeps',
  description: 'The registration sweeps and what they found, newest first, in pages.',
  roles: ['MfaState.Read'],
  query: () => ({ page: page() }),
  answers: { 200: { description: 'A page of sweeps.', body: 'SweepList' } },
} as const satisfies GuardedRoute;

export const listAuditRoute = {
  name: 'listAudit',
  method: 'GET',
  path: 'audit',
  tag: 'Audit',
  summary: 'List audit entries',
  description:
    'All changes with user, caller, time and reason, newest first, in pages. A page may be empty and have a nextLink, because several filters together can leave out a lot: searchedUntilDateTime says how far the search got.',
  roles: ['MfaAudit.Read'],
  query: () => ({ ...auditFilters(), page: page() }),
  answers: { 200: { description: 'A page of entries.', body: 'AuditEntryList' } },
  errors: ['UserNotFound', 'GraphRefused'],
} as const satisfies GuardedRoute;

export const exportAuditRoute = {
  name: 'exportAudit',
  method: 'GET',
  path: 'audit/export',
  tag: 'Audit',
  summary: 'Export audit entries',
  description:
    'The audit record as a CSV file. A large file comes in parts: the header Link says where the next is. The parts, one after another, are the file.',
  roles: ['MfaAudit.Read'],
  query: () => ({
    ...auditFilters(),
    bom: {
      summary: 'Byte order mark',
      description: 'Begin the file with a byte order mark, so that Excel reads names and reasons correctly.',
      schema: z.enum(['true']),
      example: 'true',
    },
    page: page(),
    format: {
      summary: 'Format',
      description: 'Format of the file; CSV when missing.',
      schema: z.enum(exportFormats),
      example: 'csv',
      former: 'always' as const,
    },
  }),
  answers: {
    200: {
      description: 'The file, or a part of it.',
      body: { type: 'text/csv', example: 'auditCsv' },
      headers: ['Link'],
    },
  },
  errors: ['UserNotFound', 'GraphRefused'],
} as const satisfies GuardedRoute;

export const exportAuditNdjsonRoute = {
  name: 'exportAuditNdjson',
  method: 'GET',
  path: 'audit/export/ndjson',
  tag: 'Audit',
  summary: 'Export audit entries as NDJSON',
  description: 'The audit record as NDJSON: a file with one entry of JSON on each line, in parts like the CSV file.',
  roles: ['MfaAudit.Read'],
  query: () => ({ ...auditFilters(), page: page() }),
  answers: {
    200: {
      description: 'The file, or a part of it.',
      body: { type: 'application/x-ndjson', example: 'auditNdjson' },
      headers: ['Link'],
    },
  },
  errors: ['UserNotFound', 'GraphRefused'],
} as const satisfies GuardedRoute;

/** The range of time that the proof is about. */
function proofRange() {
  const { fromDateTime, toDateTime } = auditFilters();
  const from = 'Since this time, or since the beginning of a date such as 2026-03-01 (UTC). Without it: 30 days.';
  return {
    fromDateTime: { ...fromDateTime, description: from },
    toDateTime: {
      ...toDateTime,
      description: 'Up to this time, or to the end of a date such as 2026-03-31 (UTC). Without it: now.',
    },
  } as const;
}

export const verifyAuditRoute = {
  name: 'verifyAudit',
  method: 'GET',
  path: 'audit/verification',
  tag: 'Audit',
  summary: 'Verify the audit record',
  description:
    'Compares the record with the digests that seal it, and names what was changed, removed or added: what was recorded in the range, and the entries about it. In pages: follow nextLink until there is none, and collect what each page found.',
  roles: ['MfaAudit.Read'],
  query: () => ({ ...proofRange(), page: page() }),
  answers: { 200: { description: 'A page of the verification.', body: 'AuditVerification' } },
} as const satisfies GuardedRoute;

export const listAuditDigestsRoute = {
  name: 'listAuditDigests',
  method: 'GET',
  path: 'audit/digests',
  tag: 'Audit',
  summary: 'List digests of the audit record',
  description:
    'The digests that seal the record, one for each hour, oldest first, in pages. Keep the hash of the newest one elsewhere: it proves later that no digest before it was replaced.',
  roles: ['MfaAudit.Read'],
  query: () => ({ ...proofRange(), page: page() }),
  answers: { 200: { description: 'A page of digests.', body: 'AuditDigestList' } },
} as const satisfies GuardedRoute;
