import type { AuditEntry } from '../../audit/entry.ts';

/**
 * What a verification can find:
 * - `changed`, `removed`, `added`: a row differs from the digest of its hour, is missing, or is in no digest
 * - `digestMissing`: an hour between others has no digest
 * - `digestReplaced`: the chain is broken: a digest is not the one that the digest after it names, or it cannot be read
 * - `sealingLate`: hours that ended long ago have no digest: the timer does not run, or the newest digests were removed
 */
export const findingKinds = ['changed', 'removed', 'added', 'digestMissing', 'digestReplaced', 'sealingLate'] as const;
export type FindingKind = (typeof findingKinds)[number];

/** Tables with rows of the record. `auditByTime` is sealed; the other ones are copies of it. */
export const provenTables = ['auditByTime', 'audit'] as const;
export type ProvenTable = (typeof provenTables)[number];

/** One sign that the record was rewritten. */
export interface Finding {
  readonly kind: FindingKind;
  /** What is wrong, for people. */
  readonly message: string;
  readonly table?: ProvenTable;
  readonly partitionKey?: string;
  readonly rowKey?: string;
  /** The hour of the digest. */
  readonly hour?: string;
  /** The entries, as far as they can be read. */
  readonly entries?: readonly Pick<AuditEntry, 'event' | 'userId' | 'reference' | 'operationId' | 'at'>[];
}

/** What an entry is about, for a finding. */
export function brief({ event, userId, reference, operationId, at }: AuditEntry): NonNullable<Finding['entries']>[0] {
  return { event, userId, reference, operationId, at };
}
