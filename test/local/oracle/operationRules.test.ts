import type { operationRules } from '../../../local/oracle/operationRules.ts';
import { item } from './evidence.ts';
import { counted, inKnown, inOperation, inReport, listed, type Plants, testRules } from './plant.ts';
import { FIRST, faulty, quiet, SECOND } from './worlds.ts';

const plants: Plants<typeof operationRules> = {
  acceptedIsKnown: [
    {
      what: 'an accepted operation that is not known',
      planted: faulty(inOperation('operation-3', () => ({ accepted: true }))),
      finds: [/^lost: operation-3 was accepted, and is not known/],
    },
  ],
  knownIsListed: [
    {
      what: 'an operation that the list of all leaves out',
      planted: faulty(inOperation(FIRST, () => ({ listed: false }))),
      finds: [/^lost: operation-1 is known, and not listed/],
    },
  ],
  knownIsRequested: [
    {
      what: 'a state change that no client asked for',
      planted: faulty(inOperation(FIRST, () => ({ requested: false }))),
      finds: [/^unrequested: operation-1 is a stateChange, and no client asked for it/],
    },
  ],
  operationIsOver: [
    {
      what: 'an operation that still runs',
      planted: faulty(inReport(FIRST, () => ({ status: 'Running' }))),
      finds: [/^stuckOperations: operation-1 is still Running/],
    },
    {
      what: 'an operation that was never begun',
      planted: faulty(inReport(FIRST, () => ({ status: 'NotStarted' }))),
      finds: [/^stuckOperations: operation-1 is still NotStarted/],
    },
  ],
  referencesAreListed: [
    {
      what: 'each reference that is not among the items, as often as it was sent',
      planted: faulty(inOperation(FIRST, ({ asked = [] }) => ({ asked: [...asked, 'ben', asked[0] ?? ''] }))),
      finds: [/^lost: operation-1 was sent ben/, /^lost: operation-1 was sent ada@contoso\.com/],
      also: ['itemsKeepTheOrder'],
    },
    {
      what: 'a reference of a retry',
      planted: faulty(
        inKnown(FIRST, () => ({ kind: 'retry' })),
        inOperation(FIRST, ({ asked = [] }) => ({ asked: ['ben', ...asked] })),
      ),
      finds: [/^lost: operation-1 was sent ben/],
    },
  ],
  itemsKeepTheOrder: [
    {
      what: 'items in another order than they were sent in',
      planted: quiet(inOperation(FIRST, ({ asked = [] }) => ({ asked: asked.toReversed() }))),
      finds: [/^outcomeFalse: operation-1 was sent NOBODY@contoso\.com at position 0, and lists plain@contoso\.com/],
    },
    {
      what: 'another reference than was sent',
      planted: quiet(inOperation(FIRST, ({ asked = [] }) => ({ asked: asked.with(3, 'other@contoso.com') }))),
      finds: [/was sent other@contoso\.com at position 3, and lists ready@contoso\.com there/],
      also: ['referencesAreListed'],
    },
    {
      what: 'a reference at the end that is not listed',
      planted: quiet(inOperation(FIRST, ({ asked = [] }) => ({ asked: [...asked, 'last@contoso.com'] }))),
      finds: [/was sent last@contoso\.com at position 10, and lists nothing there/],
      also: ['referencesAreListed'],
    },
  ],
  membersAreListed: [
    {
      what: 'a member of a group who is no item, and an item who is no member',
      planted: quiet(
        inKnown(FIRST, () => ({ group: 'a group' })),
        inOperation(FIRST, ({ asked = [] }) => ({
          asked: undefined,
          members: ['missing@contoso.com', ...asked.slice(1)],
        })),
      ),
      finds: [
        /^lost: operation-1 is about a group, and its member missing@contoso\.com is not among the items/,
        /^outcomeFalse: operation-1 lists plain@contoso\.com, who is not in its group/,
      ],
    },
  ],
  itemsHaveOutcomes: [
    {
      what: 'a reference without an outcome in a finished operation',
      planted: quiet(
        listed(FIRST, 'ready@contoso.com', { outcome: 'pending', detail: null }),
        counted(FIRST, { unchanged: 2, pending: 1 }),
      ),
      finds: [/^withoutOutcome: ready@contoso\.com has no outcome in operation-1/],
    },
  ],
  usersHaveOneOutcome: [
    {
      what: 'a user with two outcomes',
      planted: faulty(
        inKnown(SECOND, ({ items }) => ({
          items: [...items, item('ben', 'unchanged', { reference: 'BEN@contoso.com' })],
        })),
        inReport(SECOND, () => ({ references: 4 })),
        counted(SECOND, { unchanged: 2 }),
      ),
      finds: [/^outcomeFalse: operation-2 has 2 outcomes for ben: unchanged, unchanged/],
    },
    {
      what: 'a repetition of nothing',
      planted: quiet(
        listed(FIRST, 'ready@contoso.com', { outcome: 'duplicate' }),
        counted(FIRST, { unchanged: 2, duplicate: 3 }),
      ),
      finds: [/^outcomeFalse: operation-1 has 0 outcomes for ready: duplicate/],
    },
    {
      what: 'an unknown name with two outcomes, without faults',
      planted: quiet(
        listed(FIRST, 'NOBODY@contoso.com', { outcome: 'canceled' }),
        counted(FIRST, { canceled: 1, duplicate: 1 }),
      ),
      finds: [/^outcomeFalse: operation-1 has 2 outcomes for nobody@contoso\.com: failed, canceled/],
      also: ['entryFitsTheOutcome', 'entryHasTheCode'],
    },
  ],
  referencesAreCounted: [
    {
      what: 'another number of references than of items',
      planted: quiet(inReport(FIRST, () => ({ references: 8 }))),
      finds: [/^countMismatches: operation-1 has 8 references, and 10 items/],
    },
  ],
  outcomesAreCounted: [
    {
      what: 'a count of more than are listed',
      planted: quiet(counted(FIRST, { unchanged: 4 })),
      finds: [/^countMismatches: operation-1 counts 4 as unchanged, and 3 are listed/],
    },
    {
      what: 'an outcome that is listed and not counted, and one that is counted and not listed',
      planted: quiet(counted(FIRST, { failed: 0, superseded: 1 })),
      finds: [/counts 0 as failed, and 1 are listed/, /counts 1 as superseded, and 0 are listed/],
    },
  ],
};

testRules(plants);
