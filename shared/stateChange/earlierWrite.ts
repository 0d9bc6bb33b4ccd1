import type { Situation } from './decision.ts';
import { isClaimedByUs } from './orderRules.ts';

/** What is said about a failed user, after a write whose answer is not known and whose effect cannot be read. */
export const MAY_HAVE_WRITTEN =
  'A write of this operation may have been carried out before without an answer, so the user may have been changed.';

/** Whether an earlier attempt of the same chunk may have written: Graph may carry out a write that it does not answer. */
export function mayHaveWritten(situation: Situation): boolean {
  return isClaimedByUs(situation) && !situation.isClaimUnused;
}

/** The message of a failure, with the earlier write that nothing can be read of. */
export function withEarlierWrite(message: string, mayHaveWritten: boolean): string {
  return mayHaveWritten ? `${message} ${MAY_HAVE_WRITTEN}` : message;
}
