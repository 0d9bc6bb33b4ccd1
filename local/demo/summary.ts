import type { DemoResult } from './run.ts';

/** The result in numbers, for programs. */
export function summaryOf(result: DemoResult) {
  const { operation, graphWrites, graphRequests, auditEntries, mismatches, seconds } = result;
  return {
    references: operation.references,
    /** By outcome, every kind. */
    outcomes: operation.counts,
    graphWrites,
    graphRequests,
    auditEntries,
    mismatches: mismatches.length,
    seconds: Number(seconds.toFixed(3)),
  };
}
