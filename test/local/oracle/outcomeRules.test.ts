import type { outcomeRules } from '../../../local/oracle/outcomeRules.ts';
import { AT, evidence, item, operation, write } from './evidence.ts';
import {
  about,
  alteredEntries,
  alteredWrites,
  atFirst,
  type Change,
  changedBy,
  inLedger,
  inReport,
  inTheEnd,
  listed,
  moreWrites,
  type Plants,
  testRules,
} from './plant.ts';
import { FIRST, faulty, faultyWorld, movedByEntra, quiet } from './worlds.ts';

const withoutWritesOf = (user: string, by: string): Change =>
  inLedger((ledger) => ledger.filter(({ userId, clientRequestId }) => userId !== user || clientRequestId !== by));

const plants: Plants<typeof outcomeRules> = {
  appliedIsTrue: [
    {
      what: 'an applied change that was never written',
      planted: faulty(withoutWritesOf('ada', FIRST), atFirst('ada', 'enabled')),
      finds: [/^outcomeFalse: ada in operation-1: is reported as changed from disabled to enabled, and it was never/],
      also: ['recordedChangeIsTrue'],
    },
    {
      what: 'an applied change of a user who was there already',
      planted: faulty(
        inLedger(([, ...rest]) => [write('ada', 'enabled', 'enabled', FIRST), ...rest]),
        atFirst('ada', 'enabled'),
      ),
      finds: [/^outcomeFalse: ada in operation-1: is reported .*, and the user was there already/],
      also: ['recordedChangeIsTrue'],
    },
    {
      what: 'an untrue state from before',
      planted: quiet(
        listed(FIRST, 'plain@contoso.com', { detail: { decidedDateTime: AT, from: 'enforced', to: 'enabled' } }),
      ),
      finds: [/plain in operation-1: is reported as changed from enforced to enabled, and the user was disabled/],
    },
    {
      what: 'a state from before that Entra had changed, where reads do not lag',
      planted: { ...movedByEntra('enabled'), faultFree: true },
      finds: [/ada in operation-2: is reported as changed from enabled to disabled, and the user was enforced/],
      also: ['recordedChangeIsTrue'],
    },
    {
      what: 'an applied change without a state from before',
      planted: quiet(listed(FIRST, 'plain@contoso.com', { detail: { decidedDateTime: AT, to: 'enabled' } })),
      finds: [/is reported as changed from undefined to enabled/],
    },
  ],
  appliedIsToTheTarget: [
    {
      what: 'an applied change to another state than the target',
      planted: quiet(
        listed(FIRST, 'plain@contoso.com', { detail: { decidedDateTime: AT, from: 'disabled', to: 'enforced' } }),
      ),
      finds: [/^outcomeFalse: plain in operation-1: is reported as changed to enforced instead of enabled/],
      also: ['appliedIsTrue'],
    },
  ],
  unchangedWasInTheTargetState: [
    {
      what: 'an unchanged user who never was in the target state',
      planted: quiet(atFirst('ready', 'disabled'), inTheEnd('ready', 'disabled')),
      finds: [/^outcomeFalse: ready in operation-1: is reported as unchanged, and never was enabled/],
      also: ['newestChangeWins'],
    },
  ],
  dryRunWritesNothing: [
    {
      what: 'a write of a dry run, also one that changes nothing, and under faults',
      planted: evidence({
        operations: [operation(FIRST, 'enabled', [item('ada', 'wouldChange')], { dryRun: true })],
        ledger: [write('ada', 'enabled', 'enabled', FIRST)],
        before: { ada: 'enabled' },
        after: { ada: 'enabled' },
      }),
      finds: [/^needlessWrites: ada in operation-1: was written 1 times by a dry run/],
    },
  ],
  appliedIsOneWrite: [
    {
      what: 'an applied change that was written twice',
      planted: quiet(moreWrites(write('plain', 'enabled', 'enabled', FIRST, { requestId: 'request-9' }))),
      finds: [/^needlessWrites: plain in operation-1: is reported as applied, and was written 2 times/],
      also: ['writesChangeSomething'],
    },
    {
      what: 'an applied change that was never written',
      planted: quiet(
        withoutWritesOf('plain', FIRST),
        atFirst('plain', 'enabled'),
        alteredEntries(about('plain'), { requestId: undefined }),
      ),
      finds: [/is reported as applied, and was written 0 times/],
      also: ['appliedIsTrue', 'recordedChangeIsTrue'],
    },
  ],
  appliedIsAcknowledged: [
    {
      what: 'an applied change that Graph never acknowledged',
      planted: quiet(alteredWrites('plain', { acknowledged: false })),
      finds: [/^outcomeFalse: plain in operation-1: is reported as applied, and Graph never acknowledged it/],
    },
  ],
  writesChangeSomething: [
    {
      what: 'a write on a user who was there already',
      planted: quiet(alteredWrites('plain', { from: 'enabled' }), atFirst('plain', 'enabled')),
      finds: [/^needlessWrites: plain in operation-1: was written although already enabled/],
      also: ['appliedIsTrue', 'recordedChangeIsTrue'],
    },
  ],
  writesAreToTheTarget: [
    {
      what: 'a write to another state',
      planted: quiet(alteredWrites('plain', { to: 'enforced' }), inTheEnd('plain', 'enforced')),
      finds: [/^needlessWrites: plain in operation-1: was to become enabled, and was written as enforced/],
      also: ['newestChangeWins', 'appliedIsTrue', 'recordedChangeIsTrue'],
    },
  ],
  othersAreNotWritten: [
    {
      what: 'writes on an unchanged and a refused user, on an unknown user, and on a user outside the list',
      planted: quiet(
        moreWrites(
          write('ready', 'enabled', 'enabled', FIRST),
          write('guarded', 'disabled', 'disabled', FIRST),
          write('nobody@contoso.com', 'enabled', 'enabled', FIRST),
          write('outsider', 'disabled', 'disabled', FIRST),
        ),
        atFirst('nobody@contoso.com', 'enabled'),
        inTheEnd('nobody@contoso.com', 'enabled'),
      ),
      finds: [
        /^needlessWrites: ready in operation-1: is reported as unchanged, and was written 1 times/,
        /^needlessWrites: guarded in operation-1: is reported as refused/,
        /^needlessWrites: nobody@contoso\.com in operation-1: is reported as failed/,
        /^needlessWrites: outsider in operation-1: is not on the list/,
      ],
      also: ['writesChangeSomething', 'writesAreToTheTarget'],
    },
    {
      what: 'a write for an unknown operation',
      planted: quiet(moreWrites(write('outsider', 'disabled', 'disabled', 'unknown'))),
      finds: [/^needlessWrites: outsider in unknown: is not on the list/],
      also: ['writesChangeSomething', 'writeHasAnOperation'],
    },
    {
      what: 'a change of a superseded user',
      planted: changedBy(
        faultyWorld(),
        (world) => ({ ...world, faultFree: true }),
        listed(FIRST, 'ada@contoso.com', { outcome: 'superseded' }),
        inReport(FIRST, () => ({ counts: { superseded: 1 } })),
      ),
      finds: [/^needlessWrites: ada in operation-1: is reported as superseded, and was written 1 times/],
      also: ['entryFitsTheOutcome', 'outcomeIsRecorded'],
    },
  ],
};

testRules(plants);
