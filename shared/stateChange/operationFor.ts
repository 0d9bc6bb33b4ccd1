import type { MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';

/** An operation as its chunk sees it: with the state that the users of the chunk are set to. */
export function operationFor(operation: Operation, { target }: { readonly target?: MfaState | undefined }): Operation {
  return target === undefined ? operation : { ...operation, targetState: target };
}
