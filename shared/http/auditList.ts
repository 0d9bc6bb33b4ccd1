import { type AuditEntryView, auditEntryView } from './auditEntryView.ts';
import { type AuditParameters, type AuditSources, askAudit, keptPosition, readAuditQuestion } from './auditQuestion.ts';
import { type ListQuery, nextPage } from './pageToken.ts';

const PAGE_SIZE = 100;

/**
 * A page of audit entries, newest first, and the link to the next page. An empty page need not be the last: the number
 * of entries that are skipped for a filter is limited.
 * @throws InvalidRequestError that names the parameter
 */
export async function listAudit(
  parameters: AuditParameters & { readonly page?: string },
  sources: AuditSources,
  baseUrl: string,
): Promise<{ value: AuditEntryView[]; nextLink?: string }> {
  const { page: _, ...filters } = parameters;
  const list: ListQuery = { list: 'audit', filters };
  const question = await readAuditQuestion(list, parameters, sources);
  const { entries, next } = await askAudit(question, question.position, PAGE_SIZE, sources.auditReader);
  const value = entries.map(auditEntryView);
  if (next === undefined) return { value };
  return { value, nextLink: nextPage(`${baseUrl}/audit`, list, keptPosition(question, next)) };
}
