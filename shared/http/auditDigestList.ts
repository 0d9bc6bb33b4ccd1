import { z } from 'zod';
import { readDigest } from '../proof/digest.ts';
import type { DigestStore } from '../proof/digestStore.ts';
import { hourOf } from '../proof/hours.ts';
import { sha256 } from '../proof/rowHash.ts';
import { type RangeParameters, rangeOf } from './auditVerification.ts';
import { dateTime } from './formats.ts';
import { type ListQuery, nextPage, readPageToken } from './pageToken.ts';

const PAGE_SIZE = 100;
const positionSchema = z.tuple([z.string().regex(/^\d{1,13}$/), z.string().regex(/^\d{1,13}$/), z.iso.datetime()]);
const hash = () => z.string().meta({ examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'] });

/** The digest of one hour, in the API. */
export const auditDigestSchema = z.object({
  digestDateTime: dateTime('The first moment of the hour.'),
  sha256: hash().describe(
    'SHA-256 of the digest. Kept elsewhere, it proves later that no digest up to it was replaced.',
  ),
  previousSha256: hash()
    .nullable()
    .describe('SHA-256 of the digest of the hour before; null in the first of all, or when the digest cannot be read.'),
  rows: z
    .number()
    .int()
    .nullable()
    .describe('Rows that were recorded in the hour; null when the digest cannot be read.'),
  entries: z.number().int().nullable().describe('Entries in these rows; null likewise.'),
});
export type AuditDigestView = Readonly<z.infer<typeof auditDigestSchema>>;

/**
 * A page of the digests of a range of time, oldest first, and the link to the next page.
 * @throws InvalidRequestError that names the parameter
 */
export async function listAuditDigests(
  { page, ...filters }: RangeParameters & { readonly page?: string },
  { digests, now }: { readonly digests: DigestStore; readonly now: () => number },
  baseUrl: string,
): Promise<{ value: AuditDigestView[]; nextLink?: string }> {
  const list: ListQuery = { list: 'audit/digests', filters: { ...filters } };
  const kept = readPageToken(list, page, positionSchema);
  const { from, to } = kept === undefined ? rangeOf(filters, now()) : { from: Number(kept[0]), to: Number(kept[1]) };
  const [first, last] = [kept?.[2] ?? hourOf(from), hourOf(to)];
  const hours = (await digests.hours()).filter((hour) => hour >= first && hour <= last);
  const value = await Promise.all(hours.slice(0, PAGE_SIZE).map((hour) => viewOf(hour, digests)));
  const next = hours[PAGE_SIZE];
  if (next === undefined) return { value };
  return { value, nextLink: nextPage(`${baseUrl}/audit/digests`, list, [String(from), String(to), next]) };
}

async function viewOf(hour: string, digests: DigestStore): Promise<AuditDigestView> {
  const text = (await digests.read(hour)) ?? '';
  const read = readDigest(hour, text);
  return {
    digestDateTime: hour,
    sha256: sha256(text),
    previousSha256: read?.digest.previous?.sha256 ?? null,
    rows: read?.digest.rows.length ?? null,
    entries: read?.digest.rows.reduce((sum, row) => sum + row.entries, 0) ?? null,
  };
}
