import { describe, expect, it } from 'vitest';
import type { DisagreementKind } from '../../../bench/faults/disagreement.ts';
import type { Evidence, OperationEvidence } from '../../../bench/faults/evidence.ts';
import { explain } from '../../../bench/faults/explain.ts';
import { countDisagreements, judge } from '../../../bench/faults/verdict.ts';
import { ADA, agreement, BEN, entry, evidence, item, NEWER, OLDER, operation, write } from './evidence.ts';

/** The disagreements by kind, without those kinds that have none. */
function verdictOn(changed: Evidence): Partial<Record<DisagreementKind, number>> {
  const counts = Object.entries(countDisagreements(judge(changed)));
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

const change = (changes: Partial<Evidence>): Evidence => ({ ...agreement(), ...changes });

/** The agreement with another first operation. */
function withOlder(changes: (older: OperationEvidence) => OperationEvidence): Evidence {
  const [older, newer] = agreement().operations as [OperationEvidence, OperationEvidence];
  return change({ operations: [changes(older), newer] });
}

const known = ({ known: found }: OperationEvidence) => found as NonNullable<OperationEvidence['known']>;
const audit = (...entries: ReturnType<typeof entry>[]): Evidence['audit'] => ({ byUser: entries, byTime: entries });

describe('sides that agree', () => {
  it('are found to agree', () => {
    expect(judge(agreement())).toEqual([]);
  });

  it('agree also about an operation that nobody accepted and nobody knows', () => {
    const unknown: OperationEvidence = { id: OLDER, accepted: false, listed: false, asked: [ADA], known: undefined };
    expect(
      judge(evidence({ operations: [unknown], before: { [ADA]: 'enabled' }, after: { [ADA]: 'enabled' } })),
    ).toEqual([]);
  });
});

describe('lost', () => {
  it('is an accepted operation that is not known', () => {
    const lost: OperationEvidence = { id: OLDER, accepted: true, listed: false, asked: [BEN], known: undefined };
    expect(verdictOn(evidence({ operations: [lost] }))).toEqual({ lost: 1 });
  });

  it('is an operation that the list of all leaves out', () => {
    expect(verdictOn(withOlder((older) => ({ ...older, listed: false })))).toEqual({ lost: 1 });
  });

  it('is each reference that is not among the items, counted as often as it was sent', () => {
    expect(verdictOn(withOlder((older) => ({ ...older, asked: [ADA, BEN, ADA] })))).toEqual({ lost: 2 });
  });
});

describe('stuckOperations and withoutOutcome', () => {
  it('are an operation that is not over, and its references that are not decided', () => {
    const running = withOlder((older) => {
      const { report, ...rest } = known(older);
      const items = [...rest.items, item(BEN, 'pending')];
      const counts = { applied: 1, pending: 1 };
      return {
        ...older,
        asked: [ADA, BEN],
        known: { ...rest, items, report: { ...report, status: 'Running', references: 2, counts } },
      };
    });
    expect(verdictOn(running)).toEqual({ stuckOperations: 1, withoutOutcome: 1 });
  });
});

describe('countMismatches', () => {
  it('are numbers of an operation that are not those of its items', () => {
    const wrong = withOlder((older) => {
      const { report, ...rest } = known(older);
      return { ...older, known: { ...rest, report: { ...report, references: 2, counts: { applied: 1, failed: 1 } } } };
    });
    expect(verdictOn(wrong)).toEqual({ countMismatches: 2 });
  });
});

describe('wrongFinalState', () => {
  it('is a state that is not that of the newest operation', () => {
    expect(verdictOn(change({ after: new Map([[ADA, 'enabled']]) }))).toEqual({ wrongFinalState: 1 });
  });

  it('is a change of a user whom no operation changed', () => {
    expect(verdictOn(change({ after: new Map([[BEN, 'enabled']]) }))).toEqual({ wrongFinalState: 1 });
    const nobody = evidence({ before: { [BEN]: 'disabled' }, after: { [BEN]: 'enforced' } });
    expect(verdictOn(nobody)).toEqual({ wrongFinalState: 1 });
  });

  it('is not where Entra moved an enabled user on, and is where somebody else did', () => {
    const enforcedBy = (author: 'entra' | 'control') =>
      evidence({
        operations: [operation(OLDER, 'enabled', [item(ADA, 'applied')])],
        ledger: [write(ADA, 'disabled', 'enabled', OLDER), write(ADA, 'enabled', 'enforced', OLDER, author)],
        audit: [entry(ADA, 'stateChanged', 'disabled', 'enabled', OLDER)],
        before: { [ADA]: 'disabled' },
        after: { [ADA]: 'enforced' },
      });
    expect(verdictOn(enforcedBy('entra'))).toEqual({});
    expect(verdictOn(enforcedBy('control'))).toEqual({ wrongFinalState: 1 });
  });

  it('does not ask for what a dry run, or an operation that did nothing, wanted', () => {
    const nothing = evidence({
      operations: [
        operation(OLDER, 'enforced', [item(ADA, 'wouldChange')], { dryRun: true }),
        operation(NEWER, 'enforced', [item(ADA, 'superseded')]),
      ],
      before: { [ADA]: 'disabled' },
      after: { [ADA]: 'disabled' },
    });
    expect(verdictOn(nothing)).toEqual({});
  });
});

describe('auditMissing', () => {
  it('is an outcome without its entry', () => {
    const entries = agreement().audit.byUser;
    for (const left of entries)
      expect(verdictOn(change({ audit: audit(...entries.filter((one) => one !== left)) }))).toEqual({
        auditMissing: 1,
      });
  });

  it('is a change in the ledger that the operation says it did not make', () => {
    const denied = withOlder((older) => operation(OLDER, 'enabled', [item(ADA, 'superseded')], { asked: older.asked }));
    const entries = agreement().audit.byUser.filter(({ operationId }) => operationId === NEWER);
    expect(verdictOn({ ...denied, audit: audit(...entries) })).toEqual({ auditMissing: 1 });
  });

  it('is a write for an operation that nobody knows', () => {
    const ledger = [...agreement().ledger, write(BEN, 'disabled', 'disabled', 'an unknown operation')];
    expect(verdictOn(change({ ledger }))).toEqual({ auditMissing: 1 });
  });

  it('is an entry that is in one of the tables only', () => {
    const { byUser } = agreement().audit;
    expect(verdictOn(change({ audit: { byUser, byTime: byUser.slice(1) } }))).toEqual({ auditMissing: 1 });
    expect(verdictOn(change({ audit: { byUser: byUser.slice(1), byTime: byUser } }))).toEqual({ auditMissing: 2 });
  });

  it('is a write over a newer change that nobody put right', () => {
    const late = change({
      ledger: [...agreement().ledger, write(ADA, 'disabled', 'enabled', OLDER)],
      after: new Map([[ADA, 'enabled']]),
    });
    expect(verdictOn(late)).toEqual({ auditMissing: 1, wrongFinalState: 1 });
  });
});

describe('a write that came late and was put right', () => {
  const late = [...agreement().ledger, write(ADA, 'disabled', 'enabled', OLDER)];
  const restored = entry(ADA, 'stateRestored', 'enabled', 'disabled', OLDER);

  it('is in order when the record says so', () => {
    const ledger = [...late, write(ADA, 'enabled', 'disabled', OLDER)];
    expect(verdictOn(change({ ledger, audit: audit(...agreement().audit.byUser, restored) }))).toEqual({});
    expect(verdictOn(change({ ledger }))).toEqual({ auditMissing: 2 });
  });

  it('must have been put right when the record says so', () => {
    expect(verdictOn(change({ audit: audit(...agreement().audit.byUser, restored) }))).toEqual({ auditFalse: 1 });
  });
});

describe('a write that is repeated', () => {
  it('is no change, also when Entra moved the user on in between', () => {
    const again = evidence({
      operations: [operation(OLDER, 'enabled', [item(ADA, 'applied')])],
      ledger: [
        write(ADA, 'disabled', 'enabled', OLDER),
        write(ADA, 'enabled', 'enforced', OLDER, 'entra'),
        write(ADA, 'enforced', 'enabled', OLDER),
        write(ADA, 'enabled', 'enforced', OLDER, 'entra'),
      ],
      audit: [entry(ADA, 'stateChanged', 'disabled', 'enabled', OLDER)],
      before: { [ADA]: 'disabled' },
      after: { [ADA]: 'enforced' },
    });
    expect(verdictOn(again)).toEqual({});
  });
});

describe('auditDuplicate', () => {
  it('is a second entry for one outcome', () => {
    const entries = agreement().audit.byUser;
    const second = { ...(entries[0] as (typeof entries)[number]), at: '2026-03-02T10:00:01.000Z' };
    expect(verdictOn(change({ audit: audit(...entries, second) }))).toEqual({ auditDuplicate: 1 });
  });

  it('is an entry that is twice in one table', () => {
    const { byUser } = agreement().audit;
    const twice = [...byUser, ...byUser.slice(0, 1)];
    expect(verdictOn(change({ audit: { byUser, byTime: twice } }))).toEqual({ auditDuplicate: 1 });
  });
});

describe('auditFalse', () => {
  const oneEntry = (from: 'disabled' | 'enabled' | 'enforced', to: 'enabled' | 'enforced') => {
    const [, ...rest] = agreement().audit.byUser;
    return verdictOn(change({ audit: audit(entry(ADA, 'stateChanged', from, to, OLDER), ...rest) }));
  };

  it('is another state before, or after', () => {
    expect(oneEntry('disabled', 'enabled')).toEqual({});
    expect(oneEntry('enforced', 'enabled')).toEqual({ auditFalse: 1 });
    expect(oneEntry('disabled', 'enforced')).toEqual({ auditFalse: 1 });
  });

  it('is a change that was never written', () => {
    const never = change({ ledger: [write(ADA, 'disabled', 'disabled', NEWER)] });
    expect(verdictOn(never)).toEqual({ auditFalse: 2 });
  });

  it('is an entry that contradicts the outcome', () => {
    const entries = agreement().audit.byUser;
    const contradiction = entry(BEN, 'stateChangeRefused', undefined, 'disabled', NEWER);
    expect(verdictOn(change({ audit: audit(...entries, contradiction) }))).toEqual({ auditFalse: 1 });
  });

  it('is an entry of a dry run', () => {
    const dry = evidence({
      operations: [operation(OLDER, 'enabled', [item(ADA, 'wouldChange')], { dryRun: true })],
      audit: [entry(ADA, 'stateChanged', 'disabled', 'enabled', OLDER)],
    });
    expect(verdictOn(dry)).toEqual({ auditFalse: 2 });
  });

  it('is not a state before that Entra had just changed', () => {
    const unseen = (from: 'enabled' | 'enforced' | 'disabled') =>
      evidence({
        operations: [
          operation(OLDER, 'enabled', [item(ADA, 'applied')]),
          operation(NEWER, 'disabled', [item(ADA, 'applied')]),
        ],
        ledger: [
          write(ADA, 'disabled', 'enabled', OLDER),
          write(ADA, 'enabled', 'enforced', OLDER, 'entra'),
          write(ADA, 'enforced', 'disabled', NEWER),
        ],
        audit: [
          entry(ADA, 'stateChanged', 'disabled', 'enabled', OLDER),
          entry(ADA, 'stateChanged', from, 'disabled', NEWER),
        ],
        before: { [ADA]: 'disabled' },
        after: { [ADA]: 'disabled' },
      });
    expect(verdictOn(unseen('enabled'))).toEqual({});
    expect(verdictOn(unseen('enforced'))).toEqual({});
    expect(verdictOn(unseen('disabled'))).toEqual({ auditFalse: 1 });
  });
});

describe('the explanation', () => {
  it('tells what disagrees, and the whole history of whom it is about', () => {
    const wrong = change({ after: new Map([[ADA, 'enabled']]) });
    const text = [...explain(judge(wrong), wrong)].join('\n');
    expect(text).toContain(`wrongFinalState: ${ADA} is enabled and should be disabled`);
    expect(text).toContain(`disabled → enabled by ${OLDER}`);
    expect(text).toContain(`audit: stateChanged enabled → disabled by ${NEWER}`);
  });
});
