import type { Disagreement } from './disagreement.ts';
import { type DisagreementKind, disagreementKinds } from './disagreement.ts';
import type { Evidence } from './evidence.ts';
import { judgeAudit } from './judgeAudit.ts';
import { judgeOperations } from './judgeOperations.ts';
import { judgeStates } from './judgeStates.ts';

/** Finds every disagreement between what clients were told, what the API and the audit say, and what happened. */
export function judge(evidence: Evidence): Disagreement[] {
  return [...judgeOperations(evidence), ...judgeStates(evidence), ...judgeAudit(evidence)];
}

/** How many disagreements there are of each kind. */
export function countDisagreements(disagreements: readonly Disagreement[]): Record<DisagreementKind, number> {
  const counts = Object.fromEntries(disagreementKinds.map((kind) => [kind, 0])) as Record<DisagreementKind, number>;
  for (const { kind } of disagreements) counts[kind]++;
  return counts;
}
