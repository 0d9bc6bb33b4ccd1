import fc from 'fast-check';
import { type MfaState, mfaStates } from '../../../shared/domain/mfaState.ts';
import { type Role, roles } from '../../../shared/http/caller.ts';

/** The size of the tenant. */
export const USERS = 30;
/** Positions of users with a directory role. */
export const PRIVILEGED = [9, 10];
/** Positions of users that the settings protect. */
export const PROTECTED = [11, 12];
/** Positions of users who are named by requests. */
const NAMED = Array.from({ length: 18 }, (_, n) => n + 5);

/** A caller of the API. The position among the callers gives the object id. */
export interface PowersCaller {
  readonly kind: 'user' | 'application';
  readonly roles: readonly Role[];
}

/** Safety checks that a request overrides. */
const overrides = ['weaken', 'privileged', 'dailyLimit', 'legacyAuthInterruption'] as const;
type Overrides = readonly (typeof overrides)[number][];

interface Change {
  readonly kind: 'change';
  readonly state: MfaState;
  /** Positions of users; empty for a group. */
  readonly users: readonly number[];
  readonly dryRun: boolean;
  readonly acknowledge: Overrides;
  readonly isException: boolean;
}

/**
 * What a caller does. `target` selects one of the operations so far, from the newest; for a decision, one that waits for it.
 */
export type Deed =
  | Change
  | { readonly kind: 'repeat' | 'cancel' | 'approve' | 'reject'; readonly target: number }
  | { readonly kind: 'retry' | 'undo'; readonly target: number; readonly acknowledge: Overrides }
  | { readonly kind: 'halt' | 'resume' }
  | { readonly kind: 'look'; readonly path: string };

export interface Step {
  /** The position of the caller. */
  readonly by: number;
  readonly deed: Deed;
  /** Whether the work of earlier steps is waited for before the next step. */
  readonly settles: boolean;
}

/** The users of a tenant as they are at first. */
export interface FirstStates {
  readonly states: readonly MfaState[];
  readonly registered: readonly boolean[];
}

/** One sequence, and two tenants that differ only in states and registrations. */
export interface Story {
  readonly callers: readonly PowersCaller[];
  readonly steps: readonly Step[];
  readonly tenants: readonly [FirstStates, FirstStates];
}

const someRoles = fc.subarray([...roles]);

const kind = fc.constantFrom('user', 'application');

/** A person with these roles at least. */
function person(...least: readonly Role[]): fc.Arbitrary<PowersCaller> {
  return someRoles.map((more) => ({
    kind: 'user',
    roles: roles.filter((role) => least.includes(role) || more.includes(role)),
  }));
}

/** Any callers, and among them one person who can ask for changes, one who can approve, and one caller who cannot read. */
const callers = fc
  .tuple(
    person('MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken'),
    person('MfaState.Read', 'MfaState.Approve'),
    fc.record<PowersCaller>({ kind, roles: fc.constant(['MfaState.Strengthen', 'MfaState.Weaken']) }),
    ...Array.from({ length: 3 }, () => fc.record<PowersCaller>({ kind, roles: someRoles })),
  )
  .map((list) => [...list]);
const CALLERS = 6;

const LOOKS = [
  'operations',
  'operations/OPERATION',
  'operations/OPERATION/result',
  'operations/OPERATION/items',
  'users',
  'users/summary',
  'users/USER/mfa-state',
  'tenant/policy',
  'sweeps',
  'audit',
  'audit?operation=OPERATION',
];

const target = fc.nat({ max: 4 });
const acknowledge = fc.subarray([...overrides]);
const change = fc.record<Change>({
  kind: fc.constant('change'),
  state: fc.oneof({ weight: 2, arbitrary: fc.constant<MfaState>('disabled') }, fc.constantFrom(...mfaStates)),
  users: fc.oneof(
    { weight: 4, arbitrary: fc.subarray(NAMED, { minLength: 1, maxLength: 3 }) },
    { weight: 4, arbitrary: fc.subarray(NAMED, { minLength: 4, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.constant([]) },
  ),
  dryRun: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  acknowledge,
  isException: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
});
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 10, arbitrary: change },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('approve', 'approve', 'reject'), target: fc.nat({ max: 1 }) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('repeat', 'cancel'), target }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('retry', 'undo'), target, acknowledge }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('halt', 'resume', 'resume') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look'), path: fc.constantFrom(...LOOKS) }) },
);
/** The callers who may take a step, or learn least by it. Others take it more rarely. */
const LIKELY: Partial<Record<Deed['kind'], readonly number[]>> = {
  change: [0, 0, 2],
  repeat: [0, 2, 2],
  cancel: [0, 2],
  approve: [1],
  reject: [1],
};
const step = deed.chain((done) =>
  fc.record<Step>({
    by: fc.oneof(fc.constantFrom(...(LIKELY[done.kind] ?? [0])), fc.nat({ max: CALLERS - 1 })),
    deed: fc.constant(done),
    settles: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  }),
);

const firstStates = fc.record<FirstStates>({
  states: fc.array(fc.constantFrom(...mfaStates), { minLength: USERS, maxLength: USERS }),
  registered: fc.array(fc.boolean(), { minLength: USERS, maxLength: USERS }),
});

/** @param length of the sequences */
export function stories(length: number): fc.Arbitrary<Story> {
  return fc.record({
    callers,
    steps: fc.array(step, { minLength: length, maxLength: length, size: 'max' }),
    tenants: fc.tuple(firstStates, firstStates),
  });
}
