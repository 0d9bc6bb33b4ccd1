import type { Acknowledgement, MfaState } from '../domain/mfaState.ts';
import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Answer } from '../graph/answer.ts';
import { explainUser } from '../graph/refusal.ts';
import { WRITE_PERMISSION } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { Decision } from './decision.ts';
import { withEarlierWrite } from './earlierWrite.ts';

interface OutcomeContext {
  readonly operation: Operation;
  readonly chunk: Chunk;
  readonly at: string;
  readonly isAllowedForOthers?: boolean;
}

/**
 * The outcome of a decision; undefined while there is none. Every outcome of an applied chunk comes from here.
 * @param answer Graph's answer to the write; undefined when no write was sent
 * @param context.at when it was decided, ISO 8601
 * @param context.isAllowedForOthers whether Graph has allowed the same write for another user
 */
export function outcomeOf(
  decision: Decision,
  answer: Answer | undefined,
  { operation, chunk, at, isAllowedForOthers = false }: OutcomeContext,
): Outcome | undefined {
  const applied = (from: MfaState, overrides: readonly Acknowledgement[], requestId?: string): Outcome => ({
    outcome: 'applied',
    at,
    from,
    to: operation.targetState,
    ...(requestId === undefined ? {} : { requestId }),
    ...overridesOf([...chunk.overrides, ...overrides]),
  });
  switch (decision.kind) {
    case 'conclude':
      return { ...decision.outcome, at };
    case 'unchanged':
      return { outcome: 'unchanged', at, from: decision.state };
    case 'confirm':
      return applied(decision.from, decision.overrides);
    case 'write':
      if (answer?.kind === 'ok') return applied(decision.from, decision.overrides, answer.requestId);
      if (answer?.kind === 'refused') {
        const request = {
          verb: 'change',
          what: 'this user',
          permission: WRITE_PERMISSION,
          isAllowedForOthers,
        } as const;
        const refusal = explainUser(answer, request);
        const message = withEarlierWrite(refusal.message, decision.isRepeated ?? false);
        return { outcome: 'failed', at, from: decision.from, ...refusal, message };
      }
      return undefined;
    case 'retry':
    case 'needsRegistration':
      return undefined;
  }
}

function overridesOf(overrides: readonly Acknowledgement[]): { overrides?: Acknowledgement[] } {
  return overrides.length === 0 ? {} : { overrides: [...new Set(overrides)] };
}
