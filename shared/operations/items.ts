import { z } from 'zod';
import type { Operation } from '../domain/operation.ts';
import { type Outcome, outcomeKinds, outcomeSchema } from '../domain/outcome.ts';
import type { OperationStore } from './operationStore.ts';

/** One reference of an operation with its result. */
export const operationItemSchema = z.object({
  reference: z.string().describe('As the request named the user.'),
  userId: z.string().nullable().describe("The user's object id; null while it is not known, and for nobody's name."),
  outcome: z.enum(outcomeKinds),
  detail: outcomeSchema.omit({ outcome: true }).nullable().describe('Null while the outcome is pending.'),
  notes: z.array(z.string()).readonly().describe('Facts that a guard could not have.'),
});
export type OperationItem = Readonly<z.infer<typeof operationItemSchema>>;

/**
 * The references of one page with their outcomes, in the order of the request.
 * @returns undefined when the operation has no such page (yet)
 */
export async function readItems(
  operation: Operation,
  page: number,
  operations: OperationStore,
): Promise<{ readonly items: readonly OperationItem[]; readonly hasMore: boolean } | undefined> {
  const [references, resolution, chunks] = await Promise.all([
    operations.getReferences(operation.id, page),
    operations.getResolution(operation.id, page),
    operations.getChunks(operation.id, page),
  ]);
  if (references === undefined) return undefined;
  const inChunks = new Map<string, { outcome: Outcome | null; notes: readonly string[] }>();
  for (const { users, notes } of chunks) for (const { id, outcome } of users) inChunks.set(id, { outcome, notes });

  const items = references.references.map((reference, position): OperationItem => {
    const resolved = resolution?.references[position];
    const changed = resolved?.outcome === undefined ? inChunks.get(resolved?.id ?? '') : undefined;
    const decided = resolved?.outcome ?? changed?.outcome ?? null;
    const item = { reference, userId: resolved?.id ?? null, notes: changed?.notes ?? [] };
    if (decided === null) return { ...item, outcome: 'pending', detail: null };
    const { outcome, ...detail } = decided;
    return { ...item, outcome, detail };
  });
  const last = operation.pageCount === null ? references.nextLink === null : page + 1 >= operation.pageCount;
  return { items, hasMore: !last };
}

/** All items of an operation, with one page of references in memory at a time. */
export async function* allItems(operation: Operation, operations: OperationStore): AsyncGenerator<OperationItem> {
  for (let page = 0, hasMore = true; hasMore; page++) {
    const read = await readItems(operation, page, operations);
    if (read === undefined) return;
    yield* read.items;
    hasMore = read.hasMore;
  }
}
