import { expect, it } from 'vitest';
import type { auditRules } from '../../../local/oracle/auditRules.ts';
import { judge } from '../../../local/oracle/judge.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import { AT, changed, entry, evidence, item, operation, write } from './evidence.ts';
import {
  about,
  alteredEntries,
  alteredWrites,
  inReport,
  inTable,
  inTheEnd,
  listed,
  moreEntries,
  moreWrites,
  type Plants,
  testRules,
  withoutEntries,
} from './plant.ts';
import { FIRST, faulty, movedByEntra, quiet } from './worlds.ts';

const later = '2026-03-02T10:00:01.000Z';

/** The first write comes once more after the second one, and the newer state is written again. */
const late = moreWrites(write('ada', 'disabled', 'enabled', FIRST));
const lateAndRestored = [late, moreWrites(write('ada', 'enabled', 'disabled', FIRST))];
const restored = (to: MfaState) =>
  moreEntries(entry('ada', 'stateRestored', FIRST, to, { from: 'enabled', at: later }));

const plants: Plants<typeof auditRules> = {
  outcomeIsRecorded: [
    {
      what: 'an applied change without an entry',
      planted: quiet(withoutEntries(about('plain'))),
      finds: [/^auditMissing: plain in operation-1: is applied, and has no entry stateChanged/],
    },
    {
      what: 'a refusal without an entry',
      planted: quiet(withoutEntries(about('guarded'))),
      finds: [/^auditMissing: guarded in operation-1: is refused, and has no entry stateChangeRefused/],
    },
    {
      what: 'a failure without an entry',
      planted: quiet(withoutEntries(about(null))),
      finds: [/^auditMissing: nobody@contoso\.com in operation-1: is failed, and has no entry stateChangeFailed/],
    },
    {
      what: 'an outcome whose entry is of another operation',
      planted: quiet(alteredEntries(about('guarded'), { operationId: 'operation-9' })),
      finds: [/^auditMissing: guarded in operation-1: is refused, and has no entry stateChangeRefused/],
      also: ['entryFitsTheOutcome'],
    },
  ],
  writeHasAnOperation: [
    {
      what: 'a write for an unknown operation',
      planted: faulty(moreWrites(write('ben', 'disabled', 'disabled', 'unknown'))),
      finds: [/^auditMissing: ben in unknown: was written for an unknown operation/],
    },
  ],
  changeIsRecorded: [
    {
      what: 'a change that the operation says it did not make',
      planted: faulty(
        listed(FIRST, 'ada@contoso.com', { outcome: 'canceled' }),
        inReport(FIRST, () => ({ status: 'Canceled', counts: { canceled: 1 } })),
        withoutEntries(({ operationId }) => operationId === FIRST),
      ),
      finds: [/^auditMissing: ada in operation-1: went from disabled to enabled, and has no entry of it/],
    },
    {
      what: 'a change without an answer of a user who is gone, where the entry does not say that it may have been made',
      planted: faulty(
        listed(FIRST, 'ada@contoso.com', { outcome: 'failed', detail: { decidedDateTime: AT, code: 'userNotFound' } }),
        inReport(FIRST, () => ({ counts: { failed: 1 } })),
        alteredWrites('ada', { acknowledged: false }),
        withoutEntries(({ operationId }) => operationId === FIRST),
        moreEntries(
          entry('ada', 'stateChangeFailed', FIRST, 'enabled', { code: 'userNotFound', message: 'No such user.' }),
        ),
      ),
      finds: [/^auditMissing: ada in operation-1: went from disabled to enabled, and has no entry of it/],
    },
  ],
  lateWriteIsRestored: [
    {
      what: 'a write over a newer change, without a correction',
      planted: faulty(late, inTheEnd('ada', 'enabled')),
      finds: [/^auditMissing: ada in operation-1: was written over a newer change, and has no entry stateRestored/],
      also: ['newestChangeWins'],
    },
    {
      what: 'a write over a newer change that was put right, and not recorded',
      planted: faulty(...lateAndRestored),
      finds: [/was written over a newer change/],
      also: ['restoringIsRecorded'],
    },
  ],
  restoringIsRecorded: [
    {
      what: 'a restored state that is recorded as another one',
      planted: faulty(...lateAndRestored, restored('enforced')),
      finds: [/^auditMissing: ada in operation-1: was set back to disabled, and has no entry of it/],
      also: ['recordedRestoringIsTrue'],
    },
  ],
  outcomeIsRecordedOnce: [
    {
      what: 'a second entry for an applied change',
      planted: quiet(moreEntries({ ...changed('plain', 'disabled', 'enabled', FIRST), at: later })),
      finds: [/^auditDuplicate: plain in operation-1: has another entry, stateChanged of 2026-03-02T10:00:01/],
      also: ['entryHasTheTime'],
    },
    {
      what: 'a second entry for a refusal',
      planted: quiet(
        moreEntries(entry('guarded', 'stateChangeRefused', FIRST, 'enabled', { code: 'protectedAccount', at: later })),
      ),
      finds: [/^auditDuplicate: guarded in operation-1: has another entry, stateChangeRefused/],
      also: ['entryHasTheTime'],
    },
  ],
  entryFitsTheOutcome: [
    {
      what: 'an entry of a change that was refused',
      planted: quiet(alteredEntries(about('guarded'), { event: 'stateChanged', from: 'disabled' })),
      finds: [/^auditFalse: guarded in operation-1: is refused, and has an entry stateChanged/],
      also: ['outcomeIsRecorded', 'recordedChangeIsTrue'],
    },
    {
      what: 'a refusal of a user who is unchanged',
      planted: quiet(moreEntries(entry('ready', 'stateChangeRefused', FIRST, 'enabled'))),
      finds: [/^auditFalse: ready in operation-1: is unchanged, and has an entry stateChangeRefused/],
    },
    {
      what: 'an entry about a user that is not on the list',
      planted: quiet(moreEntries(entry('outsider', 'stateChangeFailed', FIRST, 'enabled'))),
      finds: [/^auditFalse: outsider in operation-1: is no item, and has an entry stateChangeFailed/],
    },
    {
      what: 'a mail that was not requested',
      planted: quiet(moreEntries(entry('ready', 'notificationSent', FIRST, 'enabled'))),
      finds: [/^auditFalse: ready in operation-1: is unchanged, and has an entry notificationSent/],
    },
    {
      what: 'entries of a dry run',
      planted: evidence({
        operations: [
          operation(FIRST, 'enabled', [item('ada', 'wouldChange'), item('ben', 'refused')], { dryRun: true }),
        ],
        audit: [changed('ada', 'disabled', 'enabled', FIRST), entry('ben', 'stateChangeRefused', FIRST, 'enabled')],
      }),
      finds: [/is wouldChange, and has an entry stateChanged/, /is refused, and has an entry stateChangeRefused/],
      also: ['recordedChangeIsTrue'],
    },
  ],
  recordedChangeIsTrue: [
    {
      what: 'an untrue state from before',
      planted: quiet(alteredEntries(about('plain'), { from: 'enforced' })),
      finds: [
        /^auditFalse: plain in operation-1: is recorded as changed from enforced to enabled, and the user was dis/,
      ],
    },
    {
      what: 'a state from before that is missing',
      planted: quiet(alteredEntries(about('plain'), { from: undefined })),
      finds: [/is recorded as changed from undefined to enabled/],
    },
    {
      what: 'another state after',
      planted: faulty(alteredEntries(({ operationId }) => operationId === FIRST, { to: 'enforced' })),
      finds: [/is recorded as changed from disabled to enforced, and it wrote enabled/],
      also: ['entryHasTheTarget'],
    },
    {
      what: 'a state that the user had not even before Entra moved them',
      planted: movedByEntra('disabled'),
      finds: [/ada in operation-2: is recorded as changed from disabled to disabled, .* enforced or enabled/],
      also: ['appliedIsTrue'],
    },
  ],
  recordedRestoringIsTrue: [
    {
      what: 'a restored state that was never written',
      planted: faulty(restored('disabled')),
      finds: [/^auditFalse: ada in operation-1: is recorded as restored to disabled, which was never written/],
    },
  ],
  entryHasTheTarget: [
    {
      what: 'a refusal with another target than the operation has',
      planted: quiet(alteredEntries(about('guarded'), { to: 'enforced' })),
      finds: [/^auditFalse: guarded in operation-1: has an entry stateChangeRefused to enforced instead of enabled/],
    },
  ],
  entryHasTheReason: [
    {
      what: 'an entry with another reason than the operation has',
      planted: quiet(alteredEntries(about('guarded'), { reason: 'another' })),
      finds: [/^auditFalse: guarded in operation-1: has an entry stateChangeRefused with the reason of another/],
    },
  ],
  entryHasTheTime: [
    {
      what: 'an entry of another time than the outcome',
      planted: quiet(alteredEntries(about('guarded'), { at: later })),
      finds: [/^auditFalse: guarded in operation-1: has an entry of 2026-03-02T10:00:01\.000Z, and its outcome is of/],
    },
  ],
  entryHasTheCode: [
    {
      what: 'an entry with another code than the outcome',
      planted: quiet(alteredEntries(about('guarded'), { code: 'weaken' })),
      finds: [
        /^auditFalse: guarded in operation-1: has an entry with code weaken, and its outcome has protectedAccount/,
      ],
    },
  ],
  entryNamesARequest: [
    {
      what: 'an entry with the request of another write',
      planted: quiet(alteredEntries(about('plain'), { requestId: 'request-2' })),
      finds: [/^auditFalse: plain in operation-1: has an entry with request request-2, which the ledger does not have/],
    },
    {
      what: 'an entry with a request id of a user that was not written',
      planted: quiet(alteredEntries(about('guarded'), { requestId: 'request-1' })),
      finds: [/^auditFalse: guarded in operation-1: has an entry with request request-1/],
    },
  ],
};

testRules(plants);

it('an entry that only the table auditByTime has is missing where users are looked up', () => {
  const planted = quiet(inTable('audit', (entries) => entries.filter((one) => !about('plain')(one))));
  expect(judge(planted).map(({ rule }) => rule)).toEqual(['outcomeIsRecorded', 'entriesAreInBothTables']);
});
