import type { auditTableRules } from '../../../local/oracle/auditTableRules.ts';
import { about, type Change, inTable, type Plants, testRules } from './plant.ts';
import { quiet } from './worlds.ts';

const plants: Plants<typeof auditTableRules> = {
  entriesAreInBothTables: [
    {
      what: 'an entry that is not in the table auditByTime',
      planted: quiet(inTable('auditByTime', (entries) => entries.filter((one) => !about('plain')(one)))),
      finds: [/^auditMissing: plain in operation-1: the entry stateChanged of .* is in the table audit, and not in/],
    },
    {
      what: 'an entry that is not in the table audit',
      planted: quiet(inTable('audit', (entries) => entries.filter((one) => !about('plain')(one)))),
      finds: [
        /^auditMissing: plain in operation-1: the entry stateChanged of .* is in auditByTime, and not in the table/,
      ],
      also: ['outcomeIsRecorded'],
    },
    {
      what: 'what a sweep recorded in one of them only',
      planted: quiet(
        inTable('auditByTime', (entries) => entries.filter((one) => !about('late', 'enforcedByEntra')(one))),
      ),
      finds: [/^auditMissing: late: the entry enforcedByEntra of .* is in the table audit, and not in auditByTime/],
    },
  ],
  entriesAreInATableOnce: [
    {
      what: 'an entry that is twice in the table auditByTime',
      planted: quiet(inTable('auditByTime', (entries) => [...entries, ...entries.filter(about('guarded'))])),
      finds: [/^auditDuplicate: guarded in operation-1: .* is 2 times in auditByTime/],
    },
    {
      what: 'an entry that is twice in the table audit',
      planted: quiet(inTable('audit', (entries) => [...entries, ...entries.filter(about('plain'))])),
      finds: [/^auditDuplicate: plain in operation-1: .* is 2 times in the table audit/],
      also: ['outcomeIsRecordedOnce'],
    },
  ],
  entriesAreTheSameInBothTables: [
    {
      what: 'an entry with another message in one of them',
      planted: quiet(altered('guarded', { message: 'another message' })),
      finds: [/^auditFalse: guarded in operation-1: .* says something else in auditByTime/],
    },
    {
      what: 'an entry with another actor in one of them',
      planted: quiet(altered('plain', { actor: { kind: 'application', id: 'another client' } })),
      finds: [/^auditFalse: plain in operation-1: .* says something else in auditByTime/],
    },
    {
      what: 'what a sweep recorded with another reason in one of them',
      planted: quiet(altered('late', { reason: 'another' })),
      finds: [
        /^auditFalse: late: the entry registrationCompleted .* says something else in auditByTime/,
        /^auditFalse: late: the entry enforcedByEntra .* says something else in auditByTime/,
      ],
    },
  ],
};

function altered(userId: string, change: object): Change {
  return inTable('auditByTime', (entries) =>
    entries.map((entry) => (entry.userId === userId ? { ...entry, ...change } : entry)),
  );
}

testRules(plants);
