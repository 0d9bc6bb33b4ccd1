import fc from 'fast-check';
import { expect, it } from 'vitest';
import { lowers } from '../../shared/domain/mfaState.ts';
import { brokenPowers, madeBy } from '../support/powers/judge.ts';
import { brokenRecord, recordedEvidence } from '../support/powers/record.ts';
import { tellingAnswers } from '../support/powers/sameAnswers.ts';
import { type Step, type Story, stories } from '../support/powers/steps.ts';
import { type Act, Tenant, uuidOf } from '../support/powers/tenant.ts';

/** More of them, with another seed each time: `npm run test:powers`. The seed repeats a run. */
const RUNS = Number(process.env.POWERS_RUNS ?? 3);
const SEED = Number(process.env.POWERS_SEED ?? (process.env.POWERS_RUNS === undefined ? 7 : Date.now() % 2 ** 31));
const STEPS = 40;
const MINUTE = 60_000;

/** Lets the callers of a story act in both of its tenants, step by step. */
async function play(story: Story, tenants: readonly [Tenant, Tenant]): Promise<void> {
  const until = new Date(Date.now() + 24 * 60 * MINUTE).toISOString();
  for (const [position, step] of story.steps.entries()) {
    const request = { step, id: uuidOf(`step ${position}`), target: targetOf(step, tenants[0]), until };
    await Promise.all(tenants.map((tenant) => tenant.act(request)));
    if (step.settles) await Promise.all(tenants.map((tenant) => tenant.settle()));
  }
}

/**
 * The operation that a step is about: for a decision, one that waits for it, and for a repetition, one of the same caller,
 * if there is one.
 */
function targetOf({ deed, by }: Step, tenant: Tenant): Act | undefined {
  if (deed.kind === 'change' || deed.kind === 'halt' || deed.kind === 'resume') return undefined;
  const { acts } = tenant;
  const made = acts.filter((act) => act.operation !== undefined && madeBy(act.operation, acts) === act).reverse();
  const isDecision = deed.kind === 'approve' || deed.kind === 'reject';
  const likely = made.filter((act) =>
    isDecision ? tenant.awaitsApproval(act) : deed.kind === 'repeat' && act.step.by === by,
  );
  const among = likely.length > 0 ? likely : made;
  return among[('target' in deed ? deed.target : 0) % Math.max(1, Math.min(among.length, 5))];
}

it(
  'no caller does or learns more than its roles allow, and every decision is on the record once',
  async () => {
    console.log(`POWERS_SEED=${SEED} POWERS_RUNS=${RUNS}`);
    const happened = { lowered: 0, raised: 0, approved: 0, halted: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(stories(STEPS), async (story) => {
        const tenants = await Promise.all(story.tenants.map((first) => Tenant.start(story, first)));
        const [first, second] = tenants as [Tenant, Tenant];
        try {
          await play(story, [first, second]);
          const broken = [...tellingAnswers(first, second)];
          for (const evidence of await Promise.all(tenants.map(recordedEvidence))) {
            broken.push(...brokenPowers(evidence), ...brokenRecord(evidence));
            for (const { event } of evidence.entries) {
              if (event === 'operationApproved') happened.approved++;
              if (event === 'writesHalted') happened.halted++;
              if (event === 'requestRefused') happened.refused++;
            }
            for (const { from, to } of evidence.writes) happened[lowers(from, to) ? 'lowered' : 'raised']++;
          }
          expect(broken).toEqual([]);
        } finally {
          await Promise.all(tenants.map((tenant) => tenant.close()));
        }
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
    console.log(JSON.stringify(happened));
    expect(happened.refused).toBeGreaterThan(0);
    expect(happened.lowered).toBeGreaterThan(0);
  },
  (RUNS + 2) * 2 * MINUTE,
);
