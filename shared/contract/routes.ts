import type { Route } from './route.ts';
import { exportAuditRoute, listAuditRoute, listSweepsRoute } from './routes/audit.ts';
import {
  cancelOperationRoute,
  getOperationResultRoute,
  getOperationRoute,
  listOperationItemsRoute,
  listOperationsRoute,
  requestStateChangeRoute,
  retryOperationRoute,
} from './routes/operations.ts';
import { getHealthRoute, getOpenApiRoute } from './routes/service.ts';
import { getTenantPolicyRoute, getUserMfaStateRoute, getUserSummaryRoute, listUsersRoute } from './routes/users.ts';

/** Every endpoint of the API, in the order of the contract. */
export const routes: readonly Route[] = [
  requestStateChangeRoute,
  listOperationsRoute,
  getOperationRoute,
  getOperationResultRoute,
  listOperationItemsRoute,
  cancelOperationRoute,
  retryOperationRoute,
  getUserMfaStateRoute,
  listUsersRoute,
  getUserSummaryRoute,
  getTenantPolicyRoute,
  listSweepsRoute,
  listAuditRoute,
  exportAuditRoute,
  getOpenApiRoute,
  getHealthRoute,
];
