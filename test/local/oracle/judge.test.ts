import { expect, it } from 'vitest';
import { explain } from '../../../local/oracle/explain.ts';
import { countFindings } from '../../../local/oracle/finding.ts';
import { judge, rules } from '../../../local/oracle/judge.ts';
import { write } from './evidence.ts';
import { changedBy, inTheEnd, moreWrites } from './plant.ts';
import { FIRST, faultyWorld } from './worlds.ts';

it('each rule has a name of its own', () => {
  const names = rules.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

const wrong = changedBy(
  faultyWorld(),
  moreWrites(write('ada', 'disabled', 'enabled', FIRST, { appliedBy: 'control' })),
  inTheEnd('ada', 'enabled'),
);

it('counts findings by kind, also those kinds that there are none of', () => {
  expect(countFindings(judge(wrong))).toMatchObject({ wrongFinalState: 1, changedOutside: 1, lost: 0, auditFalse: 0 });
});

it('explains findings with the whole history of their users', () => {
  const text = [...explain(judge(wrong), wrong)].join('\n');
  expect(text).toContain('wrongFinalState (newestChangeWins): ada is enabled and should be disabled');
  expect(text).toContain(`disabled → enabled by ${FIRST}`);
  expect(text).toContain('disabled → enabled by control');
  expect(text).toContain('audit: stateChanged enabled → disabled by operation-2');
});
