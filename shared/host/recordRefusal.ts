import { type RefusedRequest, refusal } from '../audit/decisions.ts';
import { RefusedError } from '../errors.ts';
import type { Dependencies } from './dependencies.ts';

/**
 * Does work that may be refused, and records the refusal before it is answered.
 * @param request what is asked for, as far as it is known
 */
export async function recordingRefusal<T>(
  request: RefusedRequest,
  { recordDecision, now }: Pick<Dependencies, 'recordDecision' | 'now'>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof RefusedError) await recordDecision(refusal(request, thrown, new Date(now()).toISOString()));
    throw thrown;
  }
}
