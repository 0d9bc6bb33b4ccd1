import { compareAudit } from './compareAudit.ts';
import { compareStates } from './compareStates.ts';
import { type Evidence, isOriginal, itemsByKey } from './evidence.ts';

/**
 * Finds every disagreement between what the API reports, what the audit record holds and what happened in the
 * directory. Each is one sentence that names the user or the number.
 */
export function findMismatches(evidence: Evidence): string[] {
  return [
    ...compareCounts(evidence),
    ...compareReferences(evidence),
    ...compareStates(evidence),
    ...compareAudit(evidence, 'audit'),
    ...compareAudit(evidence, 'auditByTime'),
  ];
}

/** The operation's numbers against its items. */
function* compareCounts({ operation, items }: Evidence): Generator<string> {
  if (operation.references !== items.length)
    yield `The operation has ${operation.references} references, and ${items.length} items are listed.`;
  const listed: Record<string, number> = {};
  for (const { outcome } of items) listed[outcome] = (listed[outcome] ?? 0) + 1;
  for (const outcome of new Set([...Object.keys(operation.counts), ...Object.keys(listed)])) {
    const counted = operation.counts[outcome] ?? 0;
    const found = listed[outcome] ?? 0;
    if (counted !== found) yield `The operation counts ${counted} as ${outcome}, and ${found} are listed.`;
  }
}

/** The items against what was asked for, and against one another: every user has one outcome. */
function* compareReferences({ asked, items }: Evidence): Generator<string> {
  for (const [position, reference] of (asked ?? []).entries()) {
    const found = items[position]?.reference;
    if (found !== reference)
      yield `${reference} was sent at position ${position}, and ${found ?? 'nothing'} is listed.`;
  }
  for (const { reference, outcome } of items) if (outcome === 'pending') yield `${reference} has no outcome.`;
  for (const [key, members] of itemsByKey(items)) {
    const originals = members.filter(isOriginal);
    if (originals.length !== 1)
      yield `${key} has ${originals.length} outcomes of its own: ${members.map(({ outcome }) => outcome).join(', ')}.`;
  }
}
