import { z } from 'zod';
import type { AuditFilter } from '../audit/auditFilter.ts';
import { type AuditPage, type AuditReader, subjectPositionSchema, timePositionSchema } from '../audit/auditReader.ts';
import { DAY_MS } from '../audit/auditTime.ts';
import type { Direction } from '../audit/changeOf.ts';
import type { AuditEvent } from '../audit/entry.ts';
import { InvalidRequestError } from '../errors.ts';
import type { SendToGraph } from '../graph/graph.ts';
import type { OperationStore } from '../operations/operationStore.ts';
import type { ProgressReader } from '../operations/progress.ts';
import { subjectFor } from './auditSubject.ts';
import { type ListQuery, readPageToken } from './pageToken.ts';

/** The default search period, back from now. A user and an operation have few entries, so these are searched whole. */
const DEFAULT_DAYS = 30;
/** The time after its last outcome in which an operation may still get entries, because late writes are undone. */
const AFTERMATH_MS = DAY_MS;

const timeSchema = z.string().regex(/^\d{1,13}$/);
const keptByTime = z.tuple([timeSchema, timeSchema, ...timePositionSchema.def.items]);
const keptBySubject = z
  .tuple([timeSchema, timeSchema, z.string(), ...subjectPositionSchema.def.items])
  .refine(([, , subject, key]) => key.startsWith(`${subject}_`));

/** The parameters that filter the audit record, in the format of the contract. */
export interface AuditParameters {
  readonly user?: string;
  readonly operation?: string;
  readonly event?: AuditEvent;
  readonly actor?: string;
  readonly direction?: Direction;
  readonly overrides?: 'true';
  /** A date, or a time with an offset. */
  readonly fromDateTime?: string;
  readonly toDateTime?: string;
}

/** The sources of answers about the audit record. */
export interface AuditSources {
  readonly auditReader: AuditReader;
  readonly operations: OperationStore;
  readonly progress: ProgressReader;
  readonly graph: SendToGraph;
  readonly now: () => number;
}

/** A query of the audit record, which is answered page by page. */
export interface AuditQuestion {
  readonly list: ListQuery;
  readonly filter: AuditFilter;
  /** The subject of the entries: a user, or the key of an unresolved reference. */
  readonly subject: string | undefined;
  /** The start of the page; undefined for the first page. */
  readonly position: readonly string[] | undefined;
}

/**
 * Reads the query of the audit record. Filters are data that is only compared.
 * @throws InvalidRequestError that names the parameter
 * @throws RequestError when a user must be looked up and Graph refuses or does not answer
 */
export async function readAuditQuestion(
  list: ListQuery,
  { page, ...parameters }: AuditParameters & { readonly page?: string },
  sources: AuditSources,
): Promise<AuditQuestion> {
  const filter = await readFilter(parameters, sources);
  if (parameters.user === undefined) {
    const kept = readPageToken(list, page, keptByTime);
    if (kept === undefined) return { list, filter, subject: undefined, position: undefined };
    const [from, to, ...position] = kept;
    return { list, filter: { ...filter, from: Number(from), to: Number(to) }, subject: undefined, position };
  }
  const kept = readPageToken(list, page, keptBySubject);
  if (kept === undefined)
    return { list, filter, subject: await subjectFor(parameters.user, sources), position: undefined };
  const [from, to, subject, ...position] = kept;
  return { list, filter: { ...filter, from: Number(from), to: Number(to) }, subject, position };
}

/** Reads one page of the answer. */
export function askAudit(
  { filter, subject }: AuditQuestion,
  position: readonly string[] | undefined,
  limit: number,
  reader: AuditReader,
): Promise<AuditPage> {
  return subject === undefined
    ? reader.byTime(filter, position, limit)
    : reader.bySubject(subject, filter, position, limit);
}

/** The position for a token. The time limits and the user's id stay the same on all pages. */
export function keptPosition({ filter, subject }: AuditQuestion, next: readonly string[]): string[] {
  return [String(filter.from), String(filter.to), ...(subject === undefined ? [] : [subject]), ...next];
}

async function readFilter(parameters: AuditParameters, sources: AuditSources): Promise<AuditFilter> {
  const now = sources.now();
  const { user, event, actor, direction, overrides } = parameters;
  const from = readTime(parameters.fromDateTime, 'first');
  const to = readTime(parameters.toDateTime, 'last');
  if (from !== undefined && from > (to ?? now))
    throw new InvalidRequestError('fromDateTime must not be later than toDateTime, or than now.', {
      target: 'fromDateTime',
    });
  const operation = parameters.operation === undefined ? undefined : await limitsOf(parameters.operation, sources);
  const latest = Math.min(to ?? now, now + DAY_MS, operation?.to ?? Number.POSITIVE_INFINITY);
  const earliest = user === undefined ? (operation?.from ?? latest - DEFAULT_DAYS * DAY_MS) : 0;
  return {
    // Times before 1970 have no keys and no entries.
    from: Math.max(0, from ?? earliest),
    to: Math.max(0, latest),
    ...(event === undefined ? {} : { event }),
    ...(actor === undefined ? {} : { actor }),
    ...(direction === undefined ? {} : { direction }),
    ...(overrides === undefined ? {} : { overrides: true }),
    ...(operation === undefined ? {} : { operationId: operation.id }),
  };
}

/**
 * The period in which an operation can have entries: all times for a purged operation, whose entries are kept longer, and
 * for one whose entries are in the index.
 */
async function limitsOf(
  text: string,
  { operations, progress, auditReader }: AuditSources,
): Promise<{ id: string; from: number; to?: number }> {
  const id = text.toLowerCase();
  if (await auditReader.isIndexed()) return { id, from: 0 };
  const operation = await operations.get(id);
  if (operation === undefined) return { id, from: 0 };
  const { finishedAt } = await progress.read(operation);
  return {
    id,
    from: Date.parse(operation.acceptedAt),
    ...(finishedAt === null ? {} : { to: Date.parse(finishedAt) + AFTERMATH_MS }),
  };
}

/** @param edge the moment of the day for a date without a time */
function readTime(text: string | undefined, edge: 'first' | 'last'): number | undefined {
  if (text === undefined) return undefined;
  const isDate = text.length === 'YYYY-MM-DD'.length;
  return Date.parse(text) + (isDate && edge === 'last' ? DAY_MS - 1 : 0);
}
