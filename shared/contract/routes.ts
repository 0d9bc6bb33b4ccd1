import type { Route } from './route.ts';
import { approveOperationRoute, rejectOperationRoute } from './routes/approval.ts';
import {
  exportAuditNdjsonRoute,
  exportAuditRoute,
  listAuditDigestsRoute,
  listAuditRoute,
  listSweepsRoute,
  verifyAuditRoute,
} from './routes/audit.ts';
import { haltWritesRoute, resumeWritesRoute } from './routes/halt.ts';
import { resendMailsRoute } from './routes/mails.ts';
import {
  cancelOperationRoute,
  getOperationResultRoute,
  getOperationRoute,
  listOperationItemsRoute,
  listOperationsRoute,
  requestStateChangeFromCsvRoute,
  requestStateChangeRoute,
  retryOperationRoute,
  undoOperationRoute,
} from './routes/operations.ts';
import { getDocsRoute, getHealthRoute, getOpenApiRoute } from './routes/service.ts';
import { startSweepRoute } from './routes/sweeps.ts';
import {
  exportUsersNdjsonRoute,
  exportUsersRoute,
  getTenantPolicyRoute,
  getUserCoverageRoute,
  getUserMfaStateRoute,
  getUserSummaryRoute,
  listUsersRoute,
} from './routes/users.ts';

/** Every endpoint of the API, in the order of the contract. */
export const routes: readonly Route[] = [
  requestStateChangeRoute,
  requestStateChangeFromCsvRoute,
  listOperationsRoute,
  getOperationRoute,
  getOperationResultRoute,
  listOperationItemsRoute,
  cancelOperationRoute,
  retryOperationRoute,
  approveOperationRoute,
  rejectOperationRoute,
  undoOperationRoute,
  resendMailsRoute,
  getUserMfaStateRoute,
  listUsersRoute,
  exportUsersRoute,
  exportUsersNdjsonRoute,
  getUserSummaryRoute,
  getUserCoverageRoute,
  getTenantPolicyRoute,
  haltWritesRoute,
  resumeWritesRoute,
  listSweepsRoute,
  startSweepRoute,
  listAuditRoute,
  exportAuditRoute,
  exportAuditNdjsonRoute,
  verifyAuditRoute,
  listAuditDigestsRoute,
  getOpenApiRoute,
  getDocsRoute,
  getHealthRoute,
];
