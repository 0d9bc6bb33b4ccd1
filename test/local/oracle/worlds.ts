import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import type { Causes } from '../../../local/oracle/causes.ts';
import type { Evidence } from '../../../local/oracle/evidence.ts';
import type { MfaState } from '../../../shared/domain/mfaState.ts';
import { AT, applied, changed, entry, evidence, item, move, operation, user, write } from './evidence.ts';
import { type Change, changedBy } from './plant.ts';

export const FIRST = 'operation-1';
export const SECOND = 'operation-2';

/**
 * All sides agree, and nothing failed. The first operation enables: `plain`, applied; `eager`, applied and moved by
 * Entra at once; `waits`, applied, who registers and is not moved; `ready`, unchanged; `late`, unchanged, who registers
 * and is moved; `climber`, unchanged, who registers; `guarded`, refused; an unknown name, failed; repetitions of two of
 * them. The second one is a promotion by the service, of `climber`. `outsider` is on no list.
 */
export function quietWorld(): Evidence {
  const refusal = { code: 'protectedAccount', message: 'is protected' };
  const failure = { code: 'userNotFound', message: 'is not there' };
  const service = { actor: { kind: 'service' as const, id: 'service' } };
  return evidence({
    operations: [
      operation(FIRST, 'enabled', [
        applied('plain', 'disabled', 'enabled'),
        applied('eager', 'disabled', 'enabled'),
        applied('waits', 'disabled', 'enabled'),
        item('ready', 'unchanged', { from: 'enabled' }),
        item('late', 'unchanged', { from: 'enabled' }),
        item('climber', 'unchanged', { from: 'enabled' }),
        item('guarded', 'refused', refusal),
        item(null, 'failed', failure),
        item('plain', 'duplicate', { reference: 'PLAIN@contoso.com' }),
        item(null, 'duplicate', { reference: 'NOBODY@contoso.com' }),
      ]),
      operation(SECOND, 'enforced', [applied('climber', 'enabled', 'enforced')], {
        kind: 'promotion',
        requested: false,
        accepted: false,
        asked: undefined,
        sequence: '0',
      }),
    ],
    ledger: [
      write('plain', 'disabled', 'enabled', FIRST, { requestId: 'request-1' }),
      write('eager', 'disabled', 'enabled', FIRST, { requestId: 'request-2' }),
      move('eager'),
      write('waits', 'disabled', 'enabled', FIRST, { requestId: 'request-3' }),
      move('late'),
      write('climber', 'enabled', 'enforced', SECOND, { requestId: 'request-4' }),
    ],
    audit: [
      { ...changed('plain', 'disabled', 'enabled', FIRST), requestId: 'request-1' },
      changed('eager', 'disabled', 'enabled', FIRST),
      entry('eager', 'alreadyRegistered', null, 'enabled'),
      entry('eager', 'enforcedByEntra', null, 'enforced', { from: 'enabled' }),
      changed('waits', 'disabled', 'enabled', FIRST),
      entry('waits', 'registrationCompleted', null, 'enabled'),
      entry('waits', 'stuckEnabled', null, 'enabled'),
      entry('late', 'registrationCompleted', null, 'enabled'),
      entry('late', 'enforcedByEntra', null, 'enforced', { from: 'enabled' }),
      entry('guarded', 'stateChangeRefused', FIRST, 'enabled', refusal),
      entry(null, 'stateChangeFailed', FIRST, 'enabled', failure),
      entry('climber', 'registrationCompleted', null, 'enabled'),
      { ...changed('climber', 'enabled', 'enforced', SECOND), ...service },
    ],
    before: {
      plain: 'disabled',
      eager: 'disabled',
      waits: 'disabled',
      ready: 'enabled',
      late: 'enabled',
      guarded: 'disabled',
      climber: 'enabled',
      outsider: 'disabled',
    },
    after: {
      plain: 'enabled',
      eager: 'enforced',
      waits: 'enabled',
      ready: 'enabled',
      late: 'enforced',
      guarded: 'disabled',
      climber: 'enforced',
      outsider: 'disabled',
    },
    faultFree: true,
    registered: ['waits', 'late', 'climber'],
    swept: [
      user('plain', 'enabled', false),
      user('eager', 'enforced', true),
      user('waits', 'enabled', true),
      user('ready', 'enabled', false),
      user('late', 'enforced', true),
      user('guarded', 'disabled', false),
      user('climber', 'enforced', true),
      user('outsider', 'disabled', false),
    ],
  });
}

/**
 * All sides agree under faults. The first operation enables `ada`, the second one disables her, finds `ben` unchanged,
 * and fails for an unknown name; a third one was sent, and neither accepted nor known.
 */
export function faultyWorld(): Evidence {
  return evidence({
    operations: [
      operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')]),
      operation(SECOND, 'disabled', [
        applied('ada', 'enabled', 'disabled'),
        item('ben', 'unchanged'),
        item(null, 'failed'),
      ]),
      {
        id: 'operation-3',
        requested: true,
        accepted: false,
        listed: false,
        asked: ['ada'],
        members: undefined,
        known: undefined,
      },
    ],
    ledger: [write('ada', 'disabled', 'enabled', FIRST), write('ada', 'enabled', 'disabled', SECOND)],
    audit: [
      changed('ada', 'disabled', 'enabled', FIRST),
      changed('ada', 'enabled', 'disabled', SECOND),
      entry(null, 'stateChangeFailed', SECOND, 'disabled'),
    ],
    before: { ada: 'disabled', ben: 'disabled' },
    after: { ada: 'disabled', ben: 'disabled' },
  });
}

/** A user who is enabled, moved by Entra, and disabled from the state that is said. */
export function movedByEntra(from: MfaState): Evidence {
  return evidence({
    operations: [
      operation(FIRST, 'enabled', [applied('ada', 'disabled', 'enabled')]),
      operation(SECOND, 'disabled', [applied('ada', from, 'disabled')]),
    ],
    ledger: [write('ada', 'disabled', 'enabled', FIRST), move('ada'), write('ada', 'enforced', 'disabled', SECOND)],
    audit: [changed('ada', 'disabled', 'enabled', FIRST), changed('ada', from, 'disabled', SECOND)],
    before: { ada: 'disabled' },
    after: { ada: 'disabled' },
  });
}

/** Nothing was done on purpose. */
export const NO_CAUSES: Causes = {
  canceled: new Set(),
  deadLetters: [],
  oddUsers: new Map(),
  deletedUsers: new Set(),
  protectedUsers: new Set(),
  names: new Map(),
  registeredUsers: new Set(),
  privilegedUsers: new Set(),
  loweredPerDay: 10,
  loweredAtOnce: 10,
  readAgeMs: 1_000,
};

/** The time of an outcome, from which the ledger of a world with causes counts, in milliseconds since 1970. */
const DECIDED_AT = Date.parse(AT);

/**
 * A world under faults whose causes are all known. The outcomes are of one time.
 * @param ledger the writes, with how long before or after the outcomes they were made, in milliseconds
 */
export function toldWorld(
  sides: Omit<Parameters<typeof evidence>[0], 'ledger' | 'causes'>,
  ledger: readonly (readonly [afterMs: number, LedgerEntry])[],
  causes: Partial<Causes> = {},
): Evidence {
  const told = evidence({ ...sides, ledger: ledger.map(([, one]) => one), causes: { ...NO_CAUSES, ...causes } });
  const times = ledger.map(([afterMs]) => DECIDED_AT + afterMs);
  return { ...told, ledger: told.ledger.map((one, index) => ({ ...one, at: times[index] ?? 0 })) };
}

/** A change by an administrator, past the service. */
export function outside(userId: string, from: MfaState, to: MfaState): LedgerEntry {
  return write(userId, from, to, 'an administrator', { appliedBy: 'control' });
}

/** A world with something planted in it. */
export const quiet = (...changes: readonly Change[]): Evidence => changedBy(quietWorld(), ...changes);
export const faulty = (...changes: readonly Change[]): Evidence => changedBy(faultyWorld(), ...changes);
