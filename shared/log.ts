import type { InvocationContext } from '@azure/functions';
import { describeError } from './describeError.ts';

/** What a log line says: ids, counts, durations, outcomes. Never a token, a body or a name of a person. */
interface Step {
  /** What was done. */
  readonly step: string;
  /** When it began, milliseconds since 1970: becomes `ms`, the duration. */
  readonly startedAt?: number;
  readonly [field: string]: unknown;
}

/** One line of JSON for a step that was done. */
export function logStep(context: InvocationContext, step: Step): void {
  context.log(line(step));
}

/** One line of JSON for something that should not happen, with the causes of the error. */
export function logError(context: InvocationContext, step: Step & { readonly error: Error }): void {
  context.error(line({ ...step, error: describeError(step.error) }));
}

function line({ startedAt, ...fields }: Step): string {
  return JSON.stringify(startedAt === undefined ? fields : { ...fields, ms: Date.now() - startedAt });
}
