import { z } from 'zod';
import { acknowledgementSchema, lowers, mfaStateSchema } from './mfaState.ts';

/** The results that one reference of an operation can have. */
export const outcomeKinds = [
  'pending',
  'applied',
  'unchanged',
  'superseded',
  'refused',
  'failed',
  'canceled',
  'wouldChange',
  'duplicate',
] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** The meaning of each outcome. */
export const outcomeMeanings: Readonly<Record<OutcomeKind, string>> = {
  pending: 'not decided yet',
  applied: 'Microsoft Graph acknowledged the change',
  unchanged: 'the user was in that state already; nothing was written',
  superseded: 'a newer operation on the same user came first; nothing was written',
  refused: 'blocked by a safety check; code says which, message how to override it',
  failed: 'the change could not be made; code and message say why',
  canceled: "the operation was canceled before the user's turn",
  wouldChange: 'a dry run found that the user would be changed',
  duplicate: 'the same user as another reference of the operation, which has the outcome',
};

/** A terminal outcome as it is stored. */
export const outcomeSchema = z.object({
  outcome: z.enum(outcomeKinds).exclude(['pending']),
  /** When it was decided; for `applied`, when Graph acknowledged it. ISO 8601. */
  at: z.string(),
  from: mfaStateSchema.optional(),
  to: mfaStateSchema.optional(),
  /** Why: a stable word for programs. */
  code: z.string().optional(),
  /** Why, and what to do: for people. */
  message: z.string().optional(),
  /** Graph's request id of the write, or of the refusal; missing when the write was confirmed by reading. */
  requestId: z.string().optional(),
  /** Safety checks that the caller overrode and that would have blocked the change. */
  overrides: z.array(acknowledgementSchema).optional(),
  /** The operation that superseded this change. */
  supersededBy: z.string().optional(),
  /** The user's name as the last sweep saw it, where the request gave an object id. It goes into the audit entry. */
  userName: z.string().optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** Whether the user's state was lowered. */
export function isLowered({ outcome, from, to }: Outcome): boolean {
  return outcome === 'applied' && from !== undefined && to !== undefined && lowers(from, to);
}

export type OutcomeCounts = Readonly<Record<OutcomeKind, number>>;

export function emptyCounts(): Record<OutcomeKind, number> {
  return Object.fromEntries(outcomeKinds.map((kind) => [kind, 0])) as Record<OutcomeKind, number>;
}

/** The kinds of the decided outcomes as one short text, so that progress is counted without reading whole outcomes. */
export function finalKinds(outcomes: readonly (Outcome | null | undefined)[]): string {
  return outcomes.flatMap((outcome) => outcome?.outcome ?? []).join(' ');
}

/** Reads what `finalKinds` wrote. */
export function readFinalKinds(text: string): Outcome['outcome'][] {
  return text === '' ? [] : z.array(outcomeSchema.shape.outcome).parse(text.split(' '));
}

/** When the last of them was decided; empty when none was. */
export function latestOutcomeAt(outcomes: readonly (Outcome | null | undefined)[]): string {
  return outcomes.reduce((last, outcome) => (outcome && outcome.at > last ? outcome.at : last), '');
}
