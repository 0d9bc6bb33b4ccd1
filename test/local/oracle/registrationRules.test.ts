import type { registrationRules } from '../../../local/oracle/registrationRules.ts';
import { entry } from './evidence.ts';
import { about, alteredEntries, changedBy, moreEntries, type Plants, testRules, withoutEntries } from './plant.ts';
import { faultyWorld, quiet } from './worlds.ts';

const later = '2026-03-02T10:00:01.000Z';

const plants: Plants<typeof registrationRules> = {
  registrationsAreRecorded: [
    {
      what: 'a registration that was not recorded',
      planted: quiet(withoutEntries(about('waits', 'registrationCompleted'))),
      finds: [/^auditMissing: waits has 0 entries registrationCompleted or alreadyRegistered, and should have 1/],
    },
    {
      what: 'a stuck user who was not recorded',
      planted: quiet(withoutEntries(about('waits', 'stuckEnabled'))),
      finds: [/^auditMissing: waits has 0 entries stuckEnabled, and should have 1/],
    },
    {
      what: 'moves by Entra that were not recorded',
      planted: quiet(withoutEntries(({ event }) => event === 'enforcedByEntra')),
      finds: [
        /^auditMissing: eager has 0 entries enforcedByEntra, and should have 1/,
        /^auditMissing: late has 0 entries enforcedByEntra, and should have 1/,
      ],
    },
    {
      what: 'a promoted user whose registration was not recorded',
      planted: quiet(withoutEntries(about('climber', 'registrationCompleted'))),
      finds: [/^auditMissing: climber has 0 entries registrationCompleted/],
    },
    {
      what: 'users that Entra moved, and whose registration was not recorded',
      planted: quiet(withoutEntries(about('late', 'registrationCompleted'))),
      finds: [/^auditMissing: late has 0 entries registrationCompleted/],
    },
  ],
  registrationEntriesHaveAReason: [
    {
      what: 'an entry twice',
      planted: quiet(moreEntries(entry('waits', 'stuckEnabled', null, 'enabled', { at: later }))),
      finds: [/^auditDuplicate: waits has 2 entries stuckEnabled, and there was reason for 1/],
    },
    {
      what: 'a registration in two ways',
      planted: quiet(moreEntries(entry('late', 'alreadyRegistered', null, 'enabled'))),
      finds: [/^auditDuplicate: late has 2 entries registrationCompleted or alreadyRegistered/],
    },
    {
      what: 'a change outside that did not happen',
      planted: quiet(moreEntries(entry('outsider', 'changedOutside', null, 'enabled'))),
      finds: [/^auditFalse: outsider has 1 entries changedOutside, and there was reason for 0/],
    },
    {
      what: 'a user who was promoted and is said to be stuck',
      planted: quiet(moreEntries(entry('climber', 'stuckEnabled', null, 'enabled'))),
      finds: [/^auditFalse: climber has 1 entries stuckEnabled/],
    },
    {
      what: 'an entry about an unknown user',
      planted: quiet(moreEntries(entry('stranger', 'registrationCompleted', null, 'enabled'))),
      finds: [/^auditFalse: stranger has 1 entries registrationCompleted/],
    },
    {
      what: 'an entry of a sweep that never ran',
      planted: changedBy(faultyWorld(), moreEntries(entry('ada', 'registrationCompleted', null, 'enabled'))),
      finds: [/^auditFalse: ada has 1 entries registrationCompleted or alreadyRegistered, and there was reason for 0/],
    },
  ],
  movesOfEntraAreTrue: [
    {
      what: 'a move from another state',
      planted: quiet(alteredEntries(about('eager', 'enforcedByEntra'), { from: undefined })),
      finds: [/^auditFalse: eager is recorded as moved by Entra from undefined to enforced/],
    },
    {
      what: 'a move to another state',
      planted: quiet(alteredEntries(about('late', 'enforcedByEntra'), { to: 'disabled' })),
      finds: [/^auditFalse: late is recorded as moved by Entra from enabled to disabled/],
    },
  ],
  otherEntriesHaveAnOperation: [
    {
      what: 'a change of no operation',
      planted: quiet(moreEntries(entry('outsider', 'stateChanged', null, 'enabled'))),
      finds: [/^auditFalse: outsider has an entry stateChanged of no operation/],
    },
    {
      what: 'a reminder, which is switched off',
      planted: quiet(moreEntries(entry('plain', 'reminderSent', null, 'enabled'))),
      finds: [/^auditFalse: plain has an entry reminderSent of no operation/],
    },
  ],
};

testRules(plants);
