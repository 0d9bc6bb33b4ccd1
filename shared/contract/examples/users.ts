import type { SweepView } from '../../http/sweepList.ts';
import type { TenantPolicyView } from '../../http/tenantPolicyView.ts';
import type { ListedUserView, UserCount } from '../../http/userList.ts';
import { ids, names } from './people.ts';

export const listedUsers: readonly [ListedUserView, ListedUserView] = [
  {
    id: ids.alice,
    userPrincipalName: names.alice,
    userType: 'Member',
    accountEnabled: true,
    state: 'enabled',
    registered: true,
    enabledDateTime: '2026-02-27T09:14:29.412Z',
    registeredDateTime: '2026-03-01T02:00:41.118Z',
  },
  {
    id: ids.bob,
    userPrincipalName: names.bob,
    userType: 'Guest',
    accountEnabled: true,
    state: 'enabled',
    registered: false,
    enabledDateTime: '2026-02-27T09:14:29.412Z',
    registeredDateTime: null,
  },
];

/** Users who have not registered yet. */
export const unregistered: UserCount = { state: 'enabled', registered: false, users: 94 };

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
