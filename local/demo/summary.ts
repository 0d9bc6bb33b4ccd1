import type { Finding } from '../oracle/finding.ts';
import type { RegistrationResult } from './registration.ts';
import type { DemoResult } from './run.ts';

/** The result in numbers, for programs. */
export function summaryOf(result: DemoResult, registration: RegistrationResult, findings: readonly Finding[]) {
  const { operation, graphWrites, graphRequests, auditEntries, seconds } = result;
  const { enabled, registered, recorded, enforcedByEntra, stuck, promoted } = registration;
  return {
    references: operation.references,
    /** By outcome, every kind. */
    outcomes: operation.counts,
    graphWrites,
    graphRequests,
    auditEntries,
    registration: { enabled, registered, recorded, enforcedByEntra, stuck, promoted },
    /** Disagreements between what the API says, the audit record and the directory. */
    mismatches: findings.length,
    seconds: Number(seconds.toFixed(3)),
  };
}
