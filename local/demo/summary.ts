import type { RegistrationResult } from './registration.ts';
import type { DemoResult } from './run.ts';

/** The result in numbers, for programs. */
export function summaryOf(result: DemoResult, registration: RegistrationResult) {
  const { operation, graphWrites, graphRequests, auditEntries, mismatches, seconds } = result;
  const { enabled, registered, recorded, enforcedByEntra, stuck, promoted } = registration;
  return {
    references: operation.references,
    /** By outcome, every kind. */
    outcomes: operation.counts,
    graphWrites,
    graphRequests,
    auditEntries,
    registration: { enabled, registered, recorded, enforcedByEntra, stuck, promoted },
    mismatches: mismatches.length + registration.mismatches.length,
    seconds: Number(seconds.toFixed(3)),
  };
}
