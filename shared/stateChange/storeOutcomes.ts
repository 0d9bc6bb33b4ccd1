import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { recordOutcomes } from './recordOutcomes.ts';

/** Stores the outcomes of a round, then does what follows from them. Returns the chunk as it then is. */
export async function storeOutcomes(
  operation: Operation,
  chunk: Chunk,
  found: ReadonlyMap<string, Outcome>,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const stored = await deps.operations.putOutcomes(operation.id, chunk, found);
  if (stored === undefined) return storeBesideOther(operation, chunk, found, deps);
  await recordOutcomes(operation, stored, deps);
  return stored;
}

/**
 * Another worker has the chunk too, because one of the two lost its lock and goes on. What Graph did for us is stored.
 * Everything else that we decided may contradict what the other one does: it is dropped, and decided again on the chunk as
 * it now is. Our claims on users who have an outcome by now are released.
 */
export async function storeBesideOther(
  operation: Operation,
  chunk: Chunk,
  found: ReadonlyMap<string, Outcome>,
  deps: ApplyDependencies,
): Promise<Chunk> {
  const applied = new Map([...found].filter(([, { outcome }]) => outcome === 'applied'));
  for (;;) {
    const current = (await deps.operations.getChunk(operation.id, chunk.key)) ?? chunk;
    const isNew = current.users.some(({ id, outcome }) => outcome === null && applied.has(id));
    const stored = isNew ? await deps.operations.putOutcomes(operation.id, current, applied) : current;
    if (stored === undefined) continue;
    await recordOutcomes(operation, stored, deps, { everyClaim: true });
    return stored;
  }
}
