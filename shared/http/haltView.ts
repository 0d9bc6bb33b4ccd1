import { z } from 'zod';
import { actorSchema } from '../domain/operation.ts';
import { reasonSchema } from '../stateChange/request.ts';
import type { EndedHalt, Halt } from '../tenant/writeHalt.ts';
import { dateTime } from './formats.ts';

/** A request to halt all writes. */
export const haltRequestSchema = z.strictObject({
  reason: reasonSchema.meta({
    description: 'Why. It is kept in the audit record, and shown to callers who ask for the facts about the tenant.',
    examples: ['An attacker lowers states'],
  }),
});

/** A halt in the API. */
export const haltSchema = z.object({
  reason: z.string().describe('Why, as the request says.'),
  by: actorSchema.describe('The caller who halted all changes.'),
  sinceDateTime: dateTime('Since when.'),
});

/** The answer to a request that halts writes, or ends the halt. */
export const writeHaltSchema = z.object({
  isHalted: z.boolean().describe('Whether all changes are halted now.'),
  isNew: z.boolean().describe('Whether this request has made the difference; false when it was so before.'),
  halt: haltSchema
    .nullable()
    .describe('The halt that stands, or the last one that has ended; null when there was none.'),
});
export type WriteHaltView = z.infer<typeof writeHaltSchema>;

export function haltView({ reason, by, since }: Halt): z.infer<typeof haltSchema> {
  return { reason, by, sinceDateTime: since };
}

export function haltedView(halt: Halt, isNew: boolean): WriteHaltView {
  return { isHalted: true, isNew, halt: haltView(halt) };
}

export function resumedView(ended: EndedHalt | undefined, isNew: boolean): WriteHaltView {
  return { isHalted: false, isNew, halt: ended === undefined ? null : haltView(ended.halt) };
}
