import type { ListedUserView } from '../../http/listedUserView.ts';
import type { SweepView } from '../../http/sweepList.ts';
import type { TenantPolicyView } from '../../http/tenantPolicyView.ts';
import type { CoverageDay } from '../../http/userCoverage.ts';
import type { UserCount } from '../../http/userSummary.ts';
import { ids, names } from './people.ts';

export const listedUsers: readonly [ListedUserView, ListedUserView] = [
  {
    id: ids.alice,
    userPrincipalName: names.alice,
    displayName: 'Alice Archer',
    userType: 'Member',
    accountEnabled: true,
    administrator: false,
    licensed: true,
    methodClass: 'app',
    state: 'enabled',
    registered: true,
    enabledDateTime: '2026-02-27T09:14:29.412Z',
    registeredDateTime: '2026-03-01T02:00:41.118Z',
    changedDateTime: '2026-02-27T09:14:29.412Z',
  },
  {
    id: ids.bob,
    userPrincipalName: names.bob,
    displayName: 'Bob Brandt',
    userType: 'Guest',
    accountEnabled: true,
    administrator: false,
    licensed: false,
    methodClass: 'none',
    state: 'enabled',
    registered: false,
    enabledDateTime: '2026-02-27T09:14:29.412Z',
    registeredDateTime: null,
    changedDateTime: '2026-02-27T09:14:29.412Z',
  },
];

/** Users who have not registered yet. */
export const unregistered: UserCount = { state: 'enabled', registered: false, users: 94 };

/** The users of a tenant on one day. */
export const coverageDay: CoverageDay = {
  date: '2026-03-02',
  sweepStartedDateTime: '2026-03-02T02:00:00.213Z',
  users: 1_204,
  disabled: 310,
  enabled: 94,
  enforced: 800,
  unknown: 0,
  unprotected: 301,
  registered: 812,
  notRegistered: 392,
  registrationUnknown: 0,
  administrators: 5,
  administratorsWithoutMethod: 1,
  guests: 40,
  blocked: 9,
  methods: { none: 392, phoneOnly: 120, app: 640, certificate: 0, passkeyReady: 52, unknown: 0 },
};

/** A completed sweep. */
export const sweep: SweepView = {
  sweep: 17,
  status: 'completed',
  startedDateTime: '2026-03-02T02:00:00.213Z',
  finishedDateTime: '2026-03-02T02:01:12.884Z',
  step: null,
  listedUsers: 1_204,
  expectedUsers: 1_198,
  users: [
    { state: 'disabled', registered: null, users: 310 },
    unregistered,
    { state: 'enforced', registered: null, users: 800 },
  ],
  entries: { registrationCompleted: 12, enforcedByEntra: 9 },
  promotedUsers: 0,
  remindedUsers: 4,
  graphRequests: 21,
  seconds: 38.2,
  resumed: 0,
  notes: [],
  problem: null,
};

export const tenantPolicy: TenantPolicyView = {
  conditionalAccess: { isOn: false, checkedDateTime: '2026-03-02T09:14:02.310Z', ageSeconds: 25 },
  securityDefaults: { isOn: false, checkedDateTime: '2026-03-02T09:14:02.310Z', ageSeconds: 25 },
  protectedAccounts: { count: 2 },
  privilegedAccounts: { count: 5, isProtected: true },
  halt: null,
  lowering: { usersPerDay: 50, leftToday: 47 },
};
