import type { AuditDigestView } from '../../http/auditDigestList.ts';
import type { AuditFindingView, AuditVerificationView } from '../../http/auditVerification.ts';
import { ids, names } from './people.ts';

/** A changed row. */
export const auditFinding: AuditFindingView = {
  kind: 'changed',
  message: 'A row differs from what was sealed.',
  table: 'auditByTime',
  partitionKey: '2026-03-02',
  rowKey: `998227563130587_${ids.operation}_chunk-00000-03-000_000`,
  digestDateTime: '2026-03-02T09:00:00.000Z',
  entries: [
    {
      event: 'stateChanged',
      eventDateTime: '2026-03-02T09:14:29.412Z',
      userId: ids.alice,
      reference: names.alice,
      operationId: ids.operation,
    },
  ],
};

/** A verification that found nothing. */
export const auditVerification: AuditVerificationView = {
  value: [],
  sealedFromDateTime: '2026-02-01T10:00:00.000Z',
  sealedToDateTime: '2026-03-02T10:00:00.000Z',
  purgedThrough: null,
  digests: 720,
  rows: 1_204,
  copies: 18_377,
  rowsNotSealed: 3,
  rowsBeforeProof: 0,
  purged: 0,
};

/** The digest of an hour with one row. */
export const auditDigest: AuditDigestView = {
  digestDateTime: '2026-03-02T09:00:00.000Z',
  sha256: '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea',
  previousSha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  rows: 1,
  entries: 20,
};
