import { z } from 'zod';
import type { Finding } from './finding.ts';
import { Verification, type VerifiedCounts, type VerifyDependencies } from './verification.ts';
import { verifyDays } from './verifyDays.ts';
import { verifyHistories } from './verifyHistories.ts';
import { verifyHours } from './verifyHours.ts';

/** The steps of a verification, in their order. */
const steps = ['hours', 'days', 'histories'] as const;

/** Where the next page begins: the step, and two texts that the step knows; both empty at its beginning. */
export const verificationPositionSchema = z.tuple([z.enum(steps), z.string(), z.string()]);
export type VerificationPosition = z.infer<typeof verificationPositionSchema>;

/** A page of a verification. A page without findings need not be the last. */
export interface VerificationPage {
  readonly findings: readonly Finding[];
  readonly counts: Readonly<VerifiedCounts>;
  /** The first and the last hour with a digest; null when there is none. */
  readonly firstHour: string | null;
  readonly lastHour: string | null;
  /** The last day that the retention has removed; null when there is none. */
  readonly purgedThrough: string | null;
  readonly next: VerificationPosition | undefined;
}

/**
 * Compares the record with its digests: what was recorded in the hours of a range, and the entries about its days, in
 * pages. A page reads a bounded number of rows.
 * @param range milliseconds since 1970, both ends included
 */
export async function verifyAudit(
  range: { readonly from: number; readonly to: number },
  position: VerificationPosition | undefined,
  deps: VerifyDependencies,
): Promise<VerificationPage> {
  const verification = await Verification.begin(deps);
  const next = await run(range, position ?? ['hours', '', ''], verification);
  return {
    findings: verification.findings,
    counts: verification.counts,
    firstHour: verification.chain.first ?? null,
    lastHour: verification.chain.last ?? null,
    purgedThrough: verification.purged || null,
    next,
  };
}

async function run(
  range: { readonly from: number; readonly to: number },
  [begin, a, b]: VerificationPosition,
  verification: Verification,
): Promise<VerificationPosition | undefined> {
  for (const step of steps.slice(steps.indexOf(begin))) {
    if (verification.isSpent()) return [step, '', ''];
    const [first, second] = step === begin ? [a, b] : ['', ''];
    const rest = await stepFrom(step, first, second, range, verification);
    if (rest !== undefined) return [step, String(rest[0]), String(rest[1])];
  }
  return undefined;
}

function stepFrom(
  step: (typeof steps)[number],
  first: string,
  second: string,
  range: { readonly from: number; readonly to: number },
  verification: Verification,
) {
  const isStart = first === '';
  switch (step) {
    case 'hours':
      return verifyHours(range, isStart ? undefined : [first, Number(second)], verification);
    case 'days':
      return verifyDays(range, isStart ? undefined : [first, second], verification);
    case 'histories':
      return verifyHistories(range, isStart ? undefined : [Number(first), second], verification);
  }
}
