import type { InvocationContext } from '@azure/functions';
import { describeError } from './describeError.ts';

/** The content of a log line: ids, counts, durations, outcomes. Never a token, a body or a person's name. */
interface Step {
  /** The name of the step. */
  readonly step: string;
  /** The start of the step, in milliseconds since 1970. The line has `ms`, the duration. */
  readonly startedAt?: number;
  readonly [field: string]: unknown;
}

/** The log line of a completed step, as JSON. */
export function logStep(context: InvocationContext, step: Step): void {
  context.log(line(step));
}

/** The log line of an unexpected error with its causes, as JSON. */
export function logError(context: InvocationContext, step: Step & { readonly error: Error }): void {
  context.error(line({ ...step, error: describeError(step.error) }));
}

function line({ startedAt, ...fields }: Step): string {
  return JSON.stringify(startedAt === undefined ? fields : { ...fields, ms: Date.now() - startedAt });
}
