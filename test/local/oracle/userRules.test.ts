import type { userRules } from '../../../local/oracle/userRules.ts';
import { applied, changed, entry, evidence, item, move, operation, write } from './evidence.ts';
import {
  about,
  alteredEntries,
  alteredWrites,
  atFirst,
  changedBy,
  counted,
  inLedger,
  inTheEnd,
  listed,
  moreEntries,
  moreWrites,
  type Plants,
  testRules,
  withoutEntries,
} from './plant.ts';
import { FIRST, faulty, outside, quiet, quietWorld, SECOND, toldWorld } from './worlds.ts';

const plants: Plants<typeof userRules> = {
  newestChangeWins: [
    {
      what: 'a state that is not that of the newest operation, because an older change came late',
      planted: faulty(moreWrites(write('ada', 'disabled', 'enabled', FIRST)), inTheEnd('ada', 'enabled')),
      finds: [/^wrongFinalState: ada is enabled and should be disabled, for operation-2 is the newest/],
      also: ['lateWriteIsRestored'],
    },
    {
      what: 'a change of a user that no operation changed',
      planted: quiet(
        moreWrites(write('outsider', 'disabled', 'enabled', FIRST)),
        moreEntries(changed('outsider', 'disabled', 'enabled', FIRST)),
        inTheEnd('outsider', 'enabled'),
      ),
      finds: [/^wrongFinalState: outsider is enabled and should be disabled, and no operation changed them/],
      also: ['othersAreNotWritten', 'entryFitsTheOutcome'],
    },
    {
      what: 'an enforced user that was not enforced by Entra',
      planted: quiet(
        moreWrites(write('plain', 'enabled', 'enforced', 'x', { appliedBy: 'control' })),
        inTheEnd('plain', 'enforced'),
      ),
      finds: [/^wrongFinalState: plain is enforced and should be enabled/],
      also: ['onlyKnownWriters'],
    },
    {
      what: 'an older promotion over what was asked for since',
      planted: changedBy(
        evidence({
          operations: [
            operation(FIRST, 'disabled', [applied('ada', 'enabled', 'disabled')]),
            operation(SECOND, 'enforced', [applied('ada', 'enabled', 'enforced')], {
              kind: 'promotion',
              sequence: '0',
            }),
          ],
          ledger: [write('ada', 'enabled', 'disabled', FIRST), write('ada', 'enabled', 'enforced', SECOND)],
          audit: [changed('ada', 'enabled', 'disabled', FIRST), changed('ada', 'enabled', 'enforced', SECOND)],
          before: { ada: 'enabled' },
          after: { ada: 'enforced' },
        }),
      ),
      finds: [/^wrongFinalState: ada is enforced and should be disabled, for operation-1 is the newest/],
      also: ['ledgerExplainsStates'],
    },
    {
      what: 'an enforced user that a promotion enforced without an outcome',
      planted: quiet(
        listed(SECOND, 'climber@contoso.com', { outcome: 'failed' }),
        counted(SECOND, { applied: 0, failed: 1 }),
      ),
      finds: [/^wrongFinalState: climber is enforced and should be enabled, for operation-1 is the newest/],
      also: ['othersAreNotWritten', 'outcomeIsRecorded', 'entryFitsTheOutcome'],
    },
    {
      what: 'a move by Entra that did not last',
      planted: quiet(
        moreWrites(write('eager', 'enforced', 'disabled', 'x', { appliedBy: 'control' })),
        inTheEnd('eager', 'disabled'),
      ),
      finds: [/^wrongFinalState: eager is disabled and should be enabled/],
      also: ['onlyKnownWriters'],
    },
    {
      what: 'a change from outside that an operation must have seen, and left unchanged',
      planted: toldWorld(
        {
          operations: [operation(FIRST, 'enabled', [item('ada', 'unchanged')])],
          before: { ada: 'enabled' },
          after: { ada: 'disabled' },
        },
        [[-5_000, outside('ada', 'enabled', 'disabled')]],
      ),
      finds: [/^wrongFinalState: ada is disabled and should be enabled, for operation-1 is the newest/],
    },
  ],
  outsideChangeStands: [
    {
      what: 'a change from outside that a finished operation wrote over',
      planted: toldWorld(
        {
          operations: [operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')])],
          audit: [changed('ada', 'disabled', 'enabled', FIRST)],
          before: { ada: 'disabled' },
          after: { ada: 'enabled' },
        },
        [
          [-10, write('ada', 'disabled', 'enabled', FIRST)],
          [10, outside('ada', 'enabled', 'disabled')],
          [20, write('ada', 'disabled', 'enabled', FIRST)],
        ],
      ),
      finds: [/^wrongFinalState: ada was set to disabled from outside, and then to enabled by operation-1/],
    },
  ],
  supersededByANewer: [
    {
      what: 'a superseded change, where the newer one failed',
      planted: toldWorld(
        {
          operations: [
            operation(FIRST, 'enabled', [item('ada', 'superseded')]),
            operation(SECOND, 'disabled', [item('ada', 'failed', { code: 'odd' })]),
          ],
          audit: [
            entry('ada', 'stateChangeSuperseded', FIRST, 'enabled'),
            entry('ada', 'stateChangeFailed', SECOND, 'disabled', { code: 'odd' }),
          ],
          before: { ada: 'disabled' },
          after: { ada: 'disabled' },
        },
        [],
        { oddUsers: new Map([['ada', ['odd']]]) },
      ),
      finds: [/^outcomeFalse: ada in operation-1: is reported as superseded, and no newer operation made a change/],
    },
  ],
  ledgerExplainsStates: [
    {
      what: 'a final state that no write explains',
      planted: quiet(inTheEnd('plain', 'disabled')),
      finds: [/^changedOutside: plain was last left enabled, and is disabled/],
      also: ['newestChangeWins'],
    },
    {
      what: 'a change of a user outside the list that no write explains',
      planted: quiet(inTheEnd('outsider', 'enabled')),
      finds: [/^changedOutside: outsider was last left disabled, and is enabled/],
      also: ['newestChangeWins'],
    },
    {
      what: 'an unchanged user, and a refused one, who changed',
      planted: quiet(inTheEnd('ready', 'enforced'), inTheEnd('guarded', 'enabled')),
      finds: [/ready was last left enabled, and is enforced/, /guarded was last left disabled, and is enabled/],
      also: ['newestChangeWins'],
    },
    {
      what: 'a user that was deleted',
      planted: changedBy(quietWorld(), (evidence) => ({
        ...evidence,
        after: new Map([...evidence.after].filter(([userId]) => userId !== 'outsider')),
      })),
      finds: [/^changedOutside: outsider was last left disabled, and is undefined/],
      also: ['newestChangeWins'],
    },
    {
      what: 'a user that did not exist at first',
      planted: quiet(inTheEnd('stranger', 'disabled')),
      finds: [/^changedOutside: stranger was last left undefined, and is disabled/],
      also: ['newestChangeWins'],
    },
    {
      what: 'a first state that differs from the state before the first write',
      planted: quiet(atFirst('plain', 'enforced')),
      finds: [/^changedOutside: plain was enforced, and disabled when write 1 came/],
    },
    {
      what: 'a gap between two writes',
      planted: faulty(
        inLedger((ledger) => ledger.map((one) => (one.number === 2 ? { ...one, from: 'enforced' as const } : one))),
        listed(SECOND, 'ada@contoso.com', {
          detail: { decidedDateTime: '2026-03-02T10:00:00.000Z', from: 'enforced', to: 'disabled' },
        }),
        alteredEntries((entry) => entry.operationId === SECOND && entry.userId === 'ada', { from: 'enforced' }),
      ),
      finds: [/^changedOutside: ada was enabled, and enforced when write 2 came/],
    },
    {
      what: 'a move by Entra that the ledger does not have',
      planted: quiet(
        inLedger((ledger) => ledger.filter(({ userId, appliedBy }) => userId !== 'eager' || appliedBy !== 'entra')),
        withoutEntries(about('eager', 'enforcedByEntra')),
        withoutEntries(about('eager', 'alreadyRegistered')),
      ),
      finds: [/^changedOutside: eager was last left enabled, and is enforced/],
      also: ['newestChangeWins'],
    },
  ],
  promotionsMoveTheEnabled: [
    {
      what: 'a promotion of a user who was disabled',
      planted: quiet(
        alteredWrites('climber', { from: 'disabled' }),
        atFirst('climber', 'disabled'),
        listed(FIRST, 'climber@contoso.com', { outcome: 'canceled' }),
        counted(FIRST, { unchanged: 2, canceled: 1 }),
      ),
      finds: [/^wrongFinalState: climber was promoted from disabled to enforced by operation-2/],
      also: ['newestChangeWins', 'appliedIsTrue', 'recordedChangeIsTrue'],
    },
  ],
  onlyKnownWriters: [
    {
      what: 'a change past the service on top of an applied one',
      planted: quiet(moreWrites(write('plain', 'enabled', 'enabled', 'x', { appliedBy: 'control' }))),
      finds: [/^changedOutside: plain was changed past the service from enabled to enabled/],
    },
    {
      what: 'a change of a user outside the list, not by the service',
      planted: quiet(
        moreWrites(
          write('outsider', 'disabled', 'enabled', 'x', { appliedBy: 'control' }),
          write('outsider', 'enabled', 'disabled', 'x', { appliedBy: 'control' }),
        ),
      ),
      finds: [/from disabled to enabled/, /from enabled to disabled/],
    },
  ],
  entraHasAReason: [
    {
      what: 'a move of a user who was neither enabled nor registered meanwhile',
      planted: changedBy(quietWorld(), (evidence) => ({ ...evidence, registered: new Set(['waits', 'climber']) })),
      finds: [/^changedOutside: late was moved by Entra from enabled to enforced, without reason/],
    },
    {
      what: 'a move of a user who was not enabled, also under faults',
      planted: faulty(moreWrites(move('ben', 'disabled', 'enforced')), inTheEnd('ben', 'enforced')),
      finds: [/^changedOutside: ben was moved by Entra from disabled to enforced/],
      also: ['newestChangeWins'],
    },
  ],
};

testRules(plants);
