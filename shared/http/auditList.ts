import { z } from 'zod';
import { auditEntryView, auditEntryViewSchema } from './auditEntryView.ts';
import { type AuditParameters, type AuditSources, askAudit, keptPosition, readAuditQuestion } from './auditQuestion.ts';
import { dateTime, uri } from './formats.ts';
import { type ListQuery, nextPage } from './pageToken.ts';

const PAGE_SIZE = 100;

export const auditListSchema = z.object({
  value: z.array(auditEntryViewSchema).describe('The entries of this page.'),
  nextLink: uri('Where the next page is; missing on the last one.').optional(),
  searchedUntilDateTime: dateTime(
    'How far back the search got: later pages have no newer entries. Missing on the last page.',
  ).optional(),
});
export type AuditList = Readonly<z.infer<typeof auditListSchema>>;

/**
 * A page of audit entries, newest first, and the link to the next page. An empty page need not be the last: the number
 * of entries that are skipped for a filter is limited.
 * @throws InvalidRequestError that names the parameter
 */
export async function listAudit(
  parameters: AuditParameters & { readonly page?: string },
  sources: AuditSources,
  baseUrl: string,
): Promise<AuditList> {
  const { page: _, ...filters } = parameters;
  const list: ListQuery = { list: 'audit', filters };
  const question = await readAuditQuestion(list, parameters, sources);
  const page = await askAudit(question, question.position, PAGE_SIZE, sources.auditReader);
  const value = page.entries.map(auditEntryView);
  if (page.next === undefined) return { value };
  return {
    value,
    nextLink: nextPage(`${baseUrl}/audit`, list, keptPosition(question, page.next)),
    ...(page.searchedUntil === undefined ? {} : { searchedUntilDateTime: new Date(page.searchedUntil).toISOString() }),
  };
}
