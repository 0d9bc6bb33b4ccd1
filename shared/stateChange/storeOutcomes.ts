import type { Operation } from '../domain/operation.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { ApplyDependencies } from './applyDependencies.ts';
import { recordOutcomes } from './recordOutcomes.ts';

/** Stores the outcomes of a round, then derives everything that follows. Returns the chunk as it is stored then. */
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
 * Stores outcomes while another worker has the chunk too, because one of the two lost its lock and continued. Only
 * writes that Graph carried out are stored. Other outcomes may contradict the other worker's: they are dropped and
 * decided again on the chunk as it is now. Our claims on users who have an outcome by now are released.
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
