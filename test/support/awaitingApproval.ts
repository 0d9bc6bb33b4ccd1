import { randomUUID } from 'node:crypto';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { actor } from './operations.ts';
import { sampleOperation } from './samples.ts';

/**
 * Stores an operation that waits for approval, of a caller other than the ones of tests over HTTP. Nothing is queued.
 * @returns its id
 */
export async function keepAwaitingApproval(deps: Dependencies): Promise<string> {
  const id = randomUUID();
  const now = deps.now();
  const at = new Date(now).toISOString();
  const rank = await deps.index.next(id);
  const users = [randomUUID()];
  const operation = sampleOperation({
    version: 3,
    id,
    rank,
    sequence: rank,
    targetState: 'disabled',
    actor,
    acceptedAt: at,
    assessment: { at, candidates: 1, lowered: 1, privileged: [], leftToday: 0, allowedAtOnce: 0, needs: ['manyUsers'] },
    approval: {
      requestedAt: at,
      expiresAt: new Date(now + 60 * 60_000).toISOString(),
      decision: null,
      decidedAt: null,
      decidedBy: null,
      reason: null,
    },
  });
  await deps.operations.create(operation, [{ references: users, repeated: [], nextLink: null }]);
  return id;
}
