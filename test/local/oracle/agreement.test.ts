import { expect, it } from 'vitest';
import type { Evidence } from '../../../local/oracle/evidence.ts';
import { judge } from '../../../local/oracle/judge.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import { applied, changed, entry, evidence, item, move, operation, write } from './evidence.ts';
import { alteredWrites, changedBy, moreEntries, moreWrites } from './plant.ts';
import { FIRST, faultyWorld, movedByEntra, outside, quietWorld, SECOND, toldWorld } from './worlds.ts';

/** The first write comes once more after the second one, and the newer state is written again and recorded. */
const lateAndRestored = changedBy(
  faultyWorld(),
  moreWrites(write('ada', 'disabled', 'enabled', FIRST), write('ada', 'enabled', 'disabled', FIRST)),
  moreEntries(entry('ada', 'stateRestored', FIRST, 'disabled', { from: 'enabled', at: '2026-03-02T10:00:01.000Z' })),
);

const movedInBetween = evidence({
  operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')])],
  ledger: [
    write('ada', 'disabled', 'enabled', FIRST),
    move('ada'),
    write('ada', 'enforced', 'enabled', FIRST),
    move('ada'),
  ],
  audit: [changed('ada', 'disabled', 'enabled', FIRST)],
  before: { ada: 'disabled' },
  after: { ada: 'enforced' },
});

const enforcedByEntraFirst = evidence({
  operations: [operation(FIRST, 'enforced', [applied('ada', 'enabled', 'enforced')])],
  ledger: [move('ada')],
  audit: [changed('ada', 'enabled', 'enforced', FIRST)],
  before: { ada: 'enabled' },
  after: { ada: 'enforced' },
});

const nothingDone = evidence({
  operations: [
    operation(FIRST, 'enforced', [item('ada', 'wouldChange')], { dryRun: true }),
    operation(SECOND, 'enforced', [item('ada', 'superseded'), item('ben', 'canceled')]),
  ],
  audit: [entry('ada', 'stateChangeSuperseded', SECOND, 'enforced')],
  before: { ada: 'disabled', ben: 'disabled' },
  after: { ada: 'disabled', ben: 'disabled' },
});

/** The dry run was asked for last, and looked at the user before the change of the other operation. */
const dryRunBeforeAChange = evidence({
  operations: [
    operation(FIRST, 'disabled', [applied('ada', 'enabled', 'disabled')]),
    operation(SECOND, 'enabled', [item('ada', 'unchanged'), item('ben', 'refused')], { dryRun: true }),
  ],
  ledger: [write('ada', 'enabled', 'disabled', FIRST)],
  audit: [changed('ada', 'enabled', 'disabled', FIRST)],
  before: { ada: 'enabled', ben: 'disabled' },
  after: { ada: 'disabled', ben: 'disabled' },
});

const canceledBeforeLookedUp = evidence({
  operations: [
    operation(FIRST, 'enabled', [
      item(null, 'canceled', { reference: 'ada@contoso.com' }),
      item(null, 'canceled', { reference: 'ADA@contoso.com' }),
    ]),
  ],
});

const unchangedSinceAnother = evidence({
  operations: [
    operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')]),
    operation(SECOND, 'enabled', [item('ada', 'unchanged')]),
  ],
  ledger: [
    write('ada', 'disabled', 'enabled', FIRST),
    write('ada', 'enabled', 'enabled', SECOND),
    write('ada', 'enabled', 'enabled', FIRST), // late, and on top of the same state
  ],
  audit: [changed('ada', 'disabled', 'enabled', FIRST)],
  before: { ada: 'disabled' },
  after: { ada: 'enabled' },
});

const repeatedWrites = changedBy(
  faultyWorld(),
  moreWrites(
    write('ada', 'disabled', 'disabled', SECOND),
    write('ben', 'disabled', 'disabled', SECOND),
    write('ada', 'disabled', 'disabled', FIRST), // what the second operation had done is written again
  ),
);

/** Entra moved the user on, and a write that failed in the end had nothing left to change. */
const movedBeforeAFailure = evidence({
  operations: [
    operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')]),
    operation(SECOND, 'enforced', [item('ada', 'failed')]),
  ],
  ledger: [
    write('ada', 'disabled', 'enabled', FIRST),
    move('ada'),
    write('ada', 'enforced', 'enforced', SECOND, { acknowledged: false }),
  ],
  audit: [changed('ada', 'disabled', 'enabled', FIRST), entry('ada', 'stateChangeFailed', SECOND, 'enforced')],
  before: { ada: 'disabled' },
  after: { ada: 'enforced' },
});

const setByAnother = (afterMs: number) =>
  toldWorld(
    {
      operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled'), item('ben', 'unchanged')])],
      audit: [changed('ada', 'disabled', 'enabled', FIRST)],
      before: { ada: 'disabled', ben: 'enabled' },
      after: { ada: 'enforced', ben: 'disabled' },
    },
    [
      [-500, write('ada', 'disabled', 'enabled', FIRST)],
      [afterMs, outside('ada', 'enabled', 'enforced')],
      [afterMs, outside('ben', 'enabled', 'disabled')],
    ],
  );

/** The answer to the write was lost, and an administrator came before its repetition. */
const writtenAgainOverAnother = toldWorld(
  {
    operations: [operation(FIRST, 'enabled', [applied('ada', 'enforced', 'enabled')])],
    audit: [changed('ada', 'enforced', 'enabled', FIRST)],
    before: { ada: 'disabled' },
    after: { ada: 'enabled' },
  },
  [
    [-300, write('ada', 'disabled', 'enabled', FIRST, { acknowledged: false })],
    [-200, outside('ada', 'enabled', 'enforced')],
    [-100, write('ada', 'enforced', 'enabled', FIRST)],
  ],
);

/** The user was read before the change from outside, and written after it. */
const readBeforeAnother = toldWorld(
  {
    operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')])],
    audit: [changed('ada', 'disabled', 'enabled', FIRST)],
    before: { ada: 'disabled' },
    after: { ada: 'enabled' },
  },
  [
    [-200, outside('ada', 'disabled', 'enforced')],
    [-100, write('ada', 'enforced', 'enabled', FIRST)],
  ],
);

/** The write got lost, and an administrator made the same change. */
const sameChangeByAnother = toldWorld(
  {
    operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')])],
    audit: [changed('ada', 'disabled', 'enabled', FIRST)],
    before: { ada: 'disabled' },
    after: { ada: 'enabled' },
  },
  [[-200, outside('ada', 'disabled', 'enabled')]],
);

/** Each outcome that is no success has its cause. */
const explained = toldWorld(
  {
    operations: [
      operation(FIRST, 'enforced', [
        item('ada', 'failed', { code: 'graphUnavailable' }),
        item('ben', 'failed', { code: 'userNotFound' }),
        item('cleo', 'failed', { code: 'deadLettered' }),
        item('dora', 'refused', { code: 'protectedAccount' }),
        item('emil', 'refused', { code: 'notRegistered', from: 'disabled' }),
        item(null, 'failed', { code: 'userNotFound' }),
      ]),
      operation(SECOND, 'disabled', [
        item('ada', 'canceled'),
        item('emil', 'refused', { code: 'dailyLoweringLimit', from: 'enabled' }),
      ]),
    ],
    audit: [
      entry('ada', 'stateChangeFailed', FIRST, 'enforced', { code: 'graphUnavailable' }),
      entry('ben', 'stateChangeFailed', FIRST, 'enforced', { code: 'userNotFound' }),
      entry('cleo', 'stateChangeFailed', FIRST, 'enforced', { code: 'deadLettered' }),
      entry('dora', 'stateChangeRefused', FIRST, 'enforced', { code: 'protectedAccount' }),
      entry('emil', 'stateChangeRefused', FIRST, 'enforced', { code: 'notRegistered' }),
      entry(null, 'stateChangeFailed', FIRST, 'enforced', { code: 'userNotFound' }),
      entry('emil', 'stateChangeRefused', SECOND, 'disabled', { code: 'dailyLoweringLimit' }),
    ],
    before: { ada: 'disabled', ben: 'disabled', cleo: 'disabled', dora: 'disabled', emil: 'disabled' },
    after: { ada: 'disabled', cleo: 'disabled', dora: 'disabled', emil: 'disabled' },
  },
  [],
  {
    canceled: new Set([SECOND]),
    deadLetters: [`${FIRST}_00000-${laneOf('cleo')}-000`],
    oddUsers: new Map([['ada', ['graphUnavailable']]]),
    deletedUsers: new Set(['ben']),
    protectedUsers: new Set(['dora']),
  },
);

/** The page with the first reference was given up before its users were looked up. */
const repeatsAGivenUpPage = toldWorld(
  {
    operations: [
      operation(FIRST, 'enabled', [
        item(null, 'failed', { reference: 'ada@contoso.com', code: 'deadLettered' }),
        item('ada', 'duplicate', { reference: 'ADA@contoso.com' }),
      ]),
    ],
    audit: [entry(null, 'stateChangeFailed', FIRST, 'enabled', { reference: 'ada@contoso.com', code: 'deadLettered' })],
    before: { ada: 'disabled' },
    after: { ada: 'disabled' },
  },
  [],
  { deadLetters: [`${FIRST}_0`] },
);

const agreements: readonly (readonly [string, Evidence])[] = [
  ['sides that agree where nothing failed', quietWorld()],
  ['sides that agree under faults', faultyWorld()],
  ['a write that came late and was put right, when the record says so', lateAndRestored],
  ['a write that is repeated, also when Entra moved the user on in between', movedInBetween],
  ['writes that are repeated and change nothing, under faults', repeatedWrites],
  [
    'a write that Graph did not acknowledge, under faults',
    changedBy(faultyWorld(), alteredWrites('ada', { acknowledged: false })),
  ],
  ['a state from before that Entra had just changed, where reads lag', movedByEntra('enabled')],
  ['the state to which Entra had changed it', movedByEntra('enforced')],
  ['an enforcement by Entra or by the operation, which cannot be distinguished', enforcedByEntraFirst],
  ['a write that failed and changed nothing, after Entra had moved the user on', movedBeforeAFailure],
  ['an operation that did nothing, and a dry run', nothingDone],
  ['a dry run that found users unchanged and refused, without entries', dryRunBeforeAChange],
  ['two spellings of a name that was never looked up', canceledBeforeLookedUp],
  ['a user who is unchanged because another operation had changed them', unchangedSinceAnother],
  ['changes from outside after an operation had ended', setByAnother(10_000)],
  ['a change from outside right before an operation ended, which it could not see', setByAnother(-100)],
  ['a write whose answer was lost, and that is repeated over a change from outside', writtenAgainOverAnother],
  ['a change from outside between the read and the write', readBeforeAnother],
  ['the same change from outside, which cannot be distinguished', sameChangeByAnother],
  ['a repeated reference whose original failed with its page', repeatsAGivenUpPage],
  ['outcomes that are no success, each with its cause', explained],
];

it.each(agreements)('no rule finds anything wrong with %s', (_what, agreement) => {
  expect(judge(agreement)).toEqual([]);
});

it('no rule asks for the list that was sent where it is not known', () => {
  const { operations, ...rest } = quietWorld();
  expect(judge({ ...rest, operations: operations.map((one) => ({ ...one, asked: undefined })) })).toEqual([]);
});
