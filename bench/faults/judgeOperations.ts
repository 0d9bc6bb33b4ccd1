import type { Disagreement } from './disagreement.ts';
import type { Evidence, KnownOperation, OperationEvidence } from './evidence.ts';
import { isOver } from './settle.ts';

/** What clients were told against what the API knows, and what it says against itself. */
export function* judgeOperations({ operations }: Evidence): Generator<Disagreement> {
  for (const operation of operations) {
    const { id: operationId, accepted, known, listed } = operation;
    if (known === undefined) {
      if (accepted) yield { kind: 'lost', operationId, what: `${operationId} was accepted, and is not known.` };
      continue;
    }
    if (!listed) yield { kind: 'lost', operationId, what: `${operationId} is known, and not listed among all.` };
    if (!isOver(known.report))
      yield { kind: 'stuckOperations', operationId, what: `${operationId} is still ${known.report.status}.` };
    yield* judgeReferences(operation, known);
    yield* judgeCounts(operationId, known);
  }
}

function* judgeReferences({ id: operationId, asked }: OperationEvidence, { items }: KnownOperation) {
  const listed = new Map<string, number>();
  for (const { reference } of items) listed.set(reference, (listed.get(reference) ?? 0) + 1);
  for (const reference of asked) {
    const left = listed.get(reference) ?? 0;
    listed.set(reference, left - 1);
    if (left < 1) yield lost(operationId, reference);
  }
  for (const { reference, userId, outcome } of items)
    if (outcome === 'pending') {
      const what = `${reference} has no outcome in ${operationId}.`;
      yield {
        kind: 'withoutOutcome',
        operationId,
        ...(userId === null ? {} : { userId }),
        what,
      } satisfies Disagreement;
    }
}

function lost(operationId: string, reference: string): Disagreement {
  return { kind: 'lost', operationId, what: `${reference} was sent, and is not among the items of ${operationId}.` };
}

function* judgeCounts(operationId: string, { report, items }: KnownOperation): Generator<Disagreement> {
  const listed: Record<string, number> = {};
  for (const { outcome } of items) listed[outcome] = (listed[outcome] ?? 0) + 1;
  const mismatch = (what: string): Disagreement => ({
    kind: 'countMismatches',
    operationId,
    what: `${operationId} ${what}`,
  });
  if (report.references !== items.length)
    yield mismatch(`has ${report.references} references, and ${items.length} items.`);
  for (const outcome of new Set([...Object.keys(report.counts), ...Object.keys(listed)])) {
    const counted = report.counts[outcome] ?? 0;
    const found = listed[outcome] ?? 0;
    if (counted !== found) yield mismatch(`counts ${counted} as ${outcome}, and ${found} are listed.`);
  }
}
