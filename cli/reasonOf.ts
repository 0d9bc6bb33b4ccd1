import type { OperationItemView } from '../shared/http/itemView.ts';

/** Why a user has an outcome, and what to do. For a refusal of Graph, with the request id for Graph's support. */
export function reasonOf(detail: OperationItemView['detail'] | undefined): string {
  if (!detail?.message) return '';
  return detail.requestId === undefined ? detail.message : `${detail.message} (request ${detail.requestId})`;
}
