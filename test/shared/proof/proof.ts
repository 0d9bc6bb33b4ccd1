import type { TableClient } from '@azure/data-tables';
import { type SealDependencies, type SealSummary, sealAudit } from '../../../shared/proof/sealAudit.ts';
import type { Finding } from '../../../shared/proof/verify/finding.ts';
import type { VerifyDependencies } from '../../../shared/proof/verify/verification.ts';
import { type VerificationPage, verifyAudit } from '../../../shared/proof/verify/verifyAudit.ts';
import type { StoredRow } from '../../../shared/tables/rows.ts';

export const HOUR_MS = 3_600_000;

/** A whole verification: the pages together. */
export interface Verified {
  readonly findings: readonly Finding[];
  readonly counts: Record<keyof VerificationPage['counts'], number>;
  readonly pages: number;
}

/** Verifies a range of time; the whole record by default. */
export async function verifyAll(
  deps: VerifyDependencies,
  range: { readonly from: number; readonly to: number } = { from: 0, to: deps.now() },
): Promise<Verified> {
  const findings: Finding[] = [];
  const counts: Verified['counts'] = { digests: 0, rows: 0, copies: 0, notSealed: 0, beforeProof: 0, purged: 0 };
  let pages = 0;
  for (let page: VerificationPage | undefined; page === undefined || page.next !== undefined; pages++) {
    page = await verifyAudit(range, page?.next, deps);
    findings.push(...page.findings);
    for (const [name, count] of Object.entries(page.counts)) counts[name as keyof typeof counts] += count;
  }
  return { findings, counts, pages };
}

/** Seals all hours that have ended. */
export async function sealAll(deps: SealDependencies): Promise<SealSummary> {
  for (;;) {
    const summary = await sealAudit(deps);
    if (summary.left === 0) return summary;
  }
}

/** All rows of a table, with their columns. */
export async function rowsOf(table: TableClient): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const row of table.listEntities<StoredRow>()) rows.push(row);
  return rows;
}
