import { z } from 'zod';
import { isUnreadable } from '../tables/failures.ts';
import { hoursAfter } from './hours.ts';
import { sha256 } from './rowHash.ts';

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const hourSchema = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:00:00\.000Z$/);

/** A row of `auditByTime` in a digest, with the SHA-256 of its content (`rowHash`). */
const sealedRowSchema = z.strictObject({
  partitionKey: z.string(),
  rowKey: z.string(),
  sha256: hashSchema,
  /** How many entries the row has; 0 when it cannot be read. */
  entries: z.number().int().min(0),
});
export type SealedRow = Readonly<z.infer<typeof sealedRowSchema>>;

/**
 * The digest of one hour: every row of `auditByTime` that was recorded in it. Each hour has one, also an empty hour: so a
 * missing digest is a gap. Nothing in it depends on when it was written, so two writers write the same text.
 */
const digestSchema = z.strictObject({
  version: z.literal(1),
  /** The first moment of the hour. */
  hour: hourSchema,
  /** The digest of the hour before, with the SHA-256 of its text; null in the first digest of all. */
  previous: z.strictObject({ hour: hourSchema, sha256: hashSchema }).nullable(),
  /** In the order of their keys. */
  rows: z.array(sealedRowSchema).readonly(),
});
export type Digest = Readonly<z.infer<typeof digestSchema>>;

/** A digest with its own hash. */
export interface ReadDigest {
  readonly digest: Digest;
  readonly sha256: string;
}

/** The text of a digest: one row a line, so that people can read and compare it. */
export function digestText({ version, hour, previous, rows }: Digest): string {
  const lines = rows.map(({ partitionKey, rowKey, sha256: hash, entries }) =>
    JSON.stringify({ partitionKey, rowKey, sha256: hash, entries }),
  );
  const head = JSON.stringify({ version, hour, previous }).slice(0, -1);
  return `${head},"rows":[${lines.map((line) => `\n${line}`).join(',')}\n]}\n`;
}

/** Reads the text of a digest; undefined unless it is exactly what `digestText` writes for its hour. */
export function readDigest(hour: string, text: string): ReadDigest | undefined {
  try {
    const digest = digestSchema.parse(JSON.parse(text));
    const isOwn = digest.hour === hour && (digest.previous === null || digest.previous.hour === hoursAfter(hour, -1));
    return isOwn && digestText(digest) === text ? { digest, sha256: sha256(text) } : undefined;
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}
