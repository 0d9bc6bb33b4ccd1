import { expect, it } from 'vitest';
import { problemsOf } from '../../../bench/outages/runScenario.ts';
import { outages, type Scenario } from '../../../bench/outages/scenario.ts';

const [outage] = outages;
const scenario = { outage, phase: 'plan', seconds: 30 } as const;
const good = {
  applied: 2_000,
  failed: 0,
  lost: 0,
  auditDuplicates: 0,
  otherFindings: 0,
  settledSeconds: 60,
  drainedSeconds: 360,
  causesLogged: 1,
  namelessErrors: 0,
};

function problems(figures: Partial<typeof good> | object, changed: Partial<Scenario> = {}): readonly string[] {
  if (outage === undefined) return ['There is no outage.'];
  return problemsOf({ ...good, ...figures }, { ...scenario, outage, ...changed });
}

it('finds nothing wrong when all has settled within a minute', () => {
  expect(problems({})).toEqual([]);
});

it.each([
  ['a failed user', { failed: 1 }],
  ['a lost operation', { lost: 1 }],
  ['an audit entry that is there twice', { auditDuplicates: 1 }],
  ['a disagreement with the ledger', { otherFindings: 1 }],
  ['an operation that settles late', { settledSeconds: 60.1 }],
  ['an operation that never settles', { settledSeconds: null }],
  ['a message that stays longer than its lock', { drainedSeconds: 361 }],
  ['an error without a text', { namelessErrors: 1 }],
  ['a cause that no line names', { causesLogged: 0 }],
])('finds %s', (_, figures) => {
  expect(problems(figures)).toHaveLength(1);
});

it('expects no line about the cause of an outage that is shorter than the retries of the clients', () => {
  expect(problems({ causesLogged: 0 }, { seconds: 5 })).toEqual([]);
});
