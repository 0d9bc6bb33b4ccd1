import type { HttpResponseInit } from '@azure/functions';
import { type AuditEntryView, auditEntryView } from './auditEntryView.ts';
import { type AuditParameters, type AuditSources, askAudit, keptPosition, readAuditQuestion } from './auditQuestion.ts';
import { csvLine } from './csvText.ts';
import { type ListQuery, nextPage } from './pageToken.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The maximum of entries in one answer, which makes a few megabytes. */
const MOST_ENTRIES = 5_000;
/** The maximum of ranges that are read for one answer, when a filter excludes almost all entries. */
const MOST_READS = 100;

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
};

/** Without it, Excel takes UTF-8 for another encoding. */
const BYTE_ORDER_MARK = '\ufeff';

/** The columns of a CSV file, with the values of their cells. */
const COLUMNS: Readonly<Record<string, (entry: AuditEntryView) => string | null | undefined>> = {
  eventDateTime: (entry) => entry.eventDateTime,
  event: (entry) => entry.event,
  userId: (entry) => entry.userId,
  reference: (entry) => entry.reference,
  from: (entry) => entry.from,
  to: (entry) => entry.to,
  operationId: (entry) => entry.operationId,
  operationCreatedDateTime: (entry) => entry.operationCreatedDateTime,
  actorKind: ({ actor }) => actor.kind,
  actorId: ({ actor }) => actor.id,
  actorName: ({ actor }) => actor.name,
  application: ({ actor }) => actor.application,
  reason: (entry) => entry.reason,
  code: (entry) => entry.code,
  message: (entry) => entry.message,
  overrides: ({ overrides }) => overrides?.join(' '),
  notes: ({ notes }) => notes?.join(' '),
  requestId: (entry) => entry.requestId,
  action: (entry) => entry.action,
  // Not users: a file with this name of a column would name users by it, and exports are such files too.
  userCount: ({ users }) => users?.toString(),
  dryRun: ({ dryRun }) => dryRun?.toString(),
  requestedById: ({ requestedBy }) => requestedBy?.id,
  requestedByName: ({ requestedBy }) => requestedBy?.name,
  relatedOperationId: (entry) => entry.related,
  betweenFrom: ({ between }) => between?.from,
  betweenTo: ({ between }) => between?.to,
  initiatedById: ({ initiatedBy }) => initiatedBy?.id,
  initiatedByName: ({ initiatedBy }) => initiatedBy?.name,
  directoryAuditId: (entry) => entry.directoryAuditId,
  methodCreatedDateTime: (entry) => entry.methodCreatedDateTime,
  tokenId: ({ actor }) => actor.tokenId,
  userPrincipalName: (entry) => entry.userPrincipalName,
  purgedThrough: (entry) => entry.purgedThrough,
  purgedEntries: ({ purgedEntries }) => purgedEntries?.toString(),
};

/**
 * Audit entries as a file, newest first. A large file has several parts: the header `Link` leads to the next part, and the
 * parts together are the file. Only the first part has the line of column names.
 * @param path of the route, for the links to the next part
 * @throws InvalidRequestError that names the parameter
 */
export async function exportAudit(
  { path, format }: { readonly path: string; readonly format: ExportFormat },
  query: AuditParameters & { readonly format?: ExportFormat; readonly bom?: 'true'; readonly page?: string },
  sources: AuditSources,
  baseUrl: string,
): Promise<HttpResponseInit> {
  const { page, ...filters } = query;
  const { format: _, bom, ...parameters } = query;
  const list: ListQuery = { list: path, filters };
  const question = await readAuditQuestion(list, parameters, sources);

  const parts: string[] = page === undefined ? [bom === 'true' ? BYTE_ORDER_MARK : '', exportHeader(format)] : [];
  let { position } = question;
  let count = 0;
  for (let reads = 0; reads < MOST_READS && count < MOST_ENTRIES; reads++) {
    const { entries, next } = await askAudit(question, position, MOST_ENTRIES - count, sources.auditReader);
    parts.push(...entries.map((entry) => exportLine(auditEntryView(entry), format)));
    count += entries.length;
    position = next;
    if (next === undefined) break;
  }
  const nextLink =
    position === undefined ? undefined : nextPage(`${baseUrl}/${path}`, list, keptPosition(question, position));
  return {
    status: 200,
    headers: {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="audit.${format}"`,
      ...(nextLink === undefined ? {} : { Link: `<${nextLink}>; rel="next"` }),
    },
    body: parts.join(''),
  };
}

/** What a file begins with, before its entries. */
export function exportHeader(format: ExportFormat): string {
  return format === 'csv' ? csvLine(Object.keys(COLUMNS)) : '';
}

/** An entry in a file, with the end of its line. */
export function exportLine(view: AuditEntryView, format: ExportFormat): string {
  if (format === 'ndjson') return `${JSON.stringify(view)}\n`;
  return csvLine(Object.values(COLUMNS).map((read) => read(view) ?? ''));
}
