import { z } from 'zod';
import { auditEvents } from '../audit/entry.ts';
import { InvalidRequestError } from '../errors.ts';
import { findingKinds, provenTables } from '../proof/verify/finding.ts';
import type { VerifyDependencies } from '../proof/verify/verification.ts';
import { type VerificationPage, verificationPositionSchema, verifyAudit } from '../proof/verify/verifyAudit.ts';
import { dateTime, dateTimeOrNull, uri, uuidOrNull } from './formats.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

const DAY_MS = 24 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
/** The range without fromDateTime, back from its end. */
const DEFAULT_DAYS = 30;

/** A sign that the record was rewritten, in the API. */
export const auditFindingSchema = z.object({
  kind: z
    .enum(findingKinds)
    .describe(
      'changed, removed or added: a row differs from the digest of its hour, is missing, or is in no digest. digestMissing, digestReplaced: the chain of digests is broken. sealingLate: hours that ended long ago have no digest.',
    ),
  message: z.string().describe('What is wrong, for people.'),
  table: z
    .enum(provenTables)
    .describe('The table with the row: auditByTime is sealed, audit has the copies by user.')
    .optional(),
  partitionKey: z.string().describe('Where the row is, or was.').optional(),
  rowKey: z.string().describe('The key of the row in its partition.').optional(),
  digestDateTime: dateTime('The hour of the digest.').optional(),
  entries: z
    .array(
      z.object({
        event: z.enum(auditEvents).describe('What happened.'),
        eventDateTime: dateTime('When it happened.'),
        userId: uuidOrNull("The user's object id."),
        reference: z.string().describe('The user as the request named them.'),
        operationId: uuidOrNull('The operation.'),
      }),
    )
    .describe('What the entries are about, as far as they can be read. A changed row shows what it says now.')
    .optional(),
});
export type AuditFindingView = Readonly<z.infer<typeof auditFindingSchema>>;

/** A page of a verification, in the API. */
export const auditVerificationSchema = z.object({
  value: z.array(auditFindingSchema).describe('What this page found; empty where nothing is wrong.'),
  sealedFromDateTime: dateTimeOrNull('Since when the record is sealed; null when no hour is sealed yet.'),
  sealedToDateTime: dateTimeOrNull('Until when the record is sealed; null when no hour is sealed yet.'),
  purgedThrough: z
    .string()
    .nullable()
    .describe('The last day whose entries the retention removed; null when there is none.'),
  digests: z.number().int().describe('Digests whose chain this page checked.'),
  rows: z.number().int().describe('Rows that are as they were sealed.'),
  copies: z.number().int().describe('Entries whose copy by user is as it should be.'),
  rowsNotSealed: z.number().int().describe('Rows that no digest covers yet: they were recorded after the last one.'),
  rowsBeforeProof: z.number().int().describe('Rows that were recorded before the first digest: nothing proves them.'),
  purged: z.number().int().describe('Rows and copies that the retention removed, as a sealed entry says.'),
  nextLink: uri('Where the verification continues; missing on the last page.').optional(),
});
export type AuditVerificationView = Readonly<z.infer<typeof auditVerificationSchema>>;

const positionSchema = z.tuple([
  z.string().regex(/^\d{1,13}$/),
  z.string().regex(/^\d{1,13}$/),
  ...verificationPositionSchema.def.items,
]);

export interface RangeParameters {
  /** A date, or a time with an offset. */
  readonly fromDateTime?: string;
  readonly toDateTime?: string;
}

/**
 * A page of the verification of the record: what was recorded in a range of time, and the entries about it.
 * @throws InvalidRequestError that names the parameter
 */
export async function auditVerification(
  { page, ...filters }: RangeParameters & { readonly page?: string },
  deps: VerifyDependencies,
  baseUrl: string,
): Promise<AuditVerificationView> {
  const list: ListQuery = { list: 'audit/verification', filters: { ...filters } };
  const kept = readPageToken(list, page, positionSchema);
  const range = kept === undefined ? rangeOf(filters, deps.now()) : { from: Number(kept[0]), to: Number(kept[1]) };
  const found = await verifyAudit(range, kept === undefined ? undefined : [kept[2], kept[3], kept[4]], deps);
  const view = viewOf(found);
  if (found.next === undefined) return view;
  const position = [String(range.from), String(range.to), ...found.next];
  return { ...view, nextLink: nextPage(`${baseUrl}/audit/verification`, list, position) };
}

/**
 * The range of time that a query names.
 * @throws InvalidRequestError when it ends before it begins
 */
export function rangeOf({ fromDateTime, toDateTime }: RangeParameters, now: number): { from: number; to: number } {
  const to = Math.min(now, toDateTime === undefined ? now : timeOf(toDateTime, DAY_MS - 1));
  const from = fromDateTime === undefined ? to - DEFAULT_DAYS * DAY_MS : timeOf(fromDateTime, 0);
  if (from > to)
    throw new InvalidRequestError('fromDateTime must not be later than toDateTime, or than now.', {
      target: 'fromDateTime',
    });
  return { from: Math.max(0, from), to: Math.max(0, to) };
}

/** @param dayMs what is added to a date without a time */
function timeOf(text: string, dayMs: number): number {
  return Date.parse(text) + (text.length === 'YYYY-MM-DD'.length ? dayMs : 0);
}

function viewOf({ findings, counts, firstHour, lastHour, purgedThrough }: VerificationPage): AuditVerificationView {
  return {
    value: findings.map(({ hour, entries, ...rest }) => ({
      ...rest,
      ...(hour === undefined ? {} : { digestDateTime: hour }),
      ...(entries === undefined
        ? {}
        : { entries: entries.map(({ at, ...entry }) => ({ ...entry, eventDateTime: at })) }),
    })),
    sealedFromDateTime: firstHour,
    sealedToDateTime: lastHour === null ? null : new Date(Date.parse(lastHour) + HOUR_MS).toISOString(),
    purgedThrough,
    digests: counts.digests,
    rows: counts.rows,
    copies: counts.copies,
    rowsNotSealed: counts.notSealed,
    rowsBeforeProof: counts.beforeProof,
    purged: counts.purged,
  };
}
