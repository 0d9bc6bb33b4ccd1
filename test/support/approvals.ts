import type { Actor, Operation } from '../../shared/domain/operation.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { type ApprovalDecision, decideApproval } from '../../shared/stateChange/decideApproval.ts';
import { applyToEnd, carryOut, itemsOf } from './operations.ts';

/** A person other than the requester of the operations of tests. */
export const second: Actor = { kind: 'user', id: '22222222-2222-4333-8444-555555555555', name: 'a second person' };

/** The operation as it is stored now. */
export const current = async (deps: Dependencies, { id }: Operation): Promise<Operation> =>
  (await deps.operations.get(id)) as Operation;
export const statusOf = async (deps: Dependencies, operation: Operation): Promise<string> =>
  (await deps.progress.read(await current(deps, operation))).status;
/** For each user, the code of the outcome, or the outcome where it has none. */
export const codesOf = async (deps: Dependencies, operation: Operation): Promise<string[]> =>
  (await itemsOf(deps, operation)).map(({ outcome, detail }) => detail?.code ?? outcome);

export async function decide(
  deps: Dependencies,
  operation: Operation,
  decision: ApprovalDecision['decision'] = 'approved',
  approver = second,
): Promise<Operation> {
  return decideApproval(await current(deps, operation), { decision, reason: 'checked', approver }, deps);
}

/** Delivers the messages that an operation with a decision has queued. @returns the codes of its users */
export async function finish(deps: Dependencies, operation: Operation): Promise<string[]> {
  for (const message of await carryOut(deps, operation, 1)) await applyToEnd(message, deps);
  return codesOf(deps, operation);
}
