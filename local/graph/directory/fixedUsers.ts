import { type Account, PASSWORD } from './account.ts';
import { methodSet } from './authenticationMethods.ts';
import { DISABLED } from './mfaState.ts';
import { FAMILY_NAMES, GIVEN_NAMES, LANGUAGES } from './names.ts';

/** A user of every directory, whatever its seed: the commands in the documentation name them. */
export interface FixedUser {
  readonly id: string;
  readonly account: Account;
}

/**
 * The first users of every directory. Both are members with a mailbox, and disabled. Alice has a password only. Bob has
 * registered Microsoft Authenticator, so he can be enforced at once, and Entra enforces him as soon as he is enabled.
 */
export const FIXED_USERS: readonly FixedUser[] = [
  {
    id: '2b9a6c1e-7d34-4f08-9c52-6e1f3a7b8d40',
    account: fixed('Alice', 'Archer', PASSWORD),
  },
  {
    id: '8e4f0d72-1c5b-4a96-b3d7-90a2c6e5f118',
    account: fixed('Bob', 'Baker', PASSWORD | methodSet(['microsoftAuthenticator'])),
  },
];

/** The object id of the group "MFA pilot" in every directory. */
export const PILOT_GROUP_ID = '071cc716-8147-4397-a5ba-b2105951cc0b';

function fixed(givenName: string, familyName: string, methods: number): Account {
  return {
    principalName: `${givenName.toLowerCase()}@contoso.com`,
    givenName: GIVEN_NAMES.indexOf(givenName),
    familyName: FAMILY_NAMES.indexOf(familyName),
    language: LANGUAGES.indexOf('en-US'),
    flags: 0,
    state: DISABLED,
    methods,
  };
}
