import { type Account, PASSWORD } from './account.ts';
import { type MethodName, type MethodSet, methodSet } from './authenticationMethods.ts';
import {
  ACCOUNT_DISABLED,
  type Columns,
  Directory,
  GUEST,
  NO_MAIL,
  NOT_PROMOTED,
  PRIVATE_MAIL,
  SYNC_ACCOUNT,
} from './directory.ts';
import { FIXED_USERS } from './fixedUsers.ts';
import { generateGroups } from './groups.ts';
import { DISABLED, ENABLED, ENFORCED } from './mfaState.ts';
import { DRAWN_FAMILY_NAMES, DRAWN_GIVEN_NAMES, LANGUAGES } from './names.ts';
import { pick, type Random, randomGuid, seededRandom } from './random.ts';

/** The methods of registered users beside a password. Frequent ones are repeated. */
const REGISTRATIONS: readonly MethodSet[] = (
  [
    ['microsoftAuthenticator'],
    ['microsoftAuthenticator', 'phone'],
    ['microsoftAuthenticator', 'phone', 'email'],
    ['microsoftAuthenticator', 'softwareOath'],
    ['phone'],
    ['phone'],
    ['softwareOath'],
    ['fido2'],
    ['windowsHelloForBusiness', 'phone'],
    ['external'],
  ] satisfies MethodName[][]
).map((names) => PASSWORD | methodSet(names));

/** The methods of users who are not registered. A few have a method beside the password that does not count as MFA. */
const NO_REGISTRATIONS: readonly MethodSet[] = [
  ...Array.from({ length: 14 }, () => PASSWORD),
  PASSWORD | methodSet(['email']),
  PASSWORD | methodSet(['temporaryAccessPass']),
];

/** The directory-sync account comes right after the fixed users. */
const SYNC_ACCOUNT_INDEX = FIXED_USERS.length;

/**
 * A directory of `size` users: those of `fixedUsers.ts`, the directory-sync account, and people drawn from the seed. The
 * same seed gives the same directory, and a larger one begins with the users of a smaller one.
 */
export function generateDirectory(options: { readonly size: number; readonly seed: number }): Directory {
  const random = seededRandom(options.seed);
  const ids: string[] = [];
  const principalNames: string[] = [];
  const byte = (): Uint8Array => new Uint8Array(options.size);
  const columns: Columns = {
    ids,
    principalNames,
    givenNames: byte(),
    familyNames: byte(),
    languages: byte(),
    flags: byte(),
    states: byte(),
    methods: new Uint16Array(options.size),
  };
  for (let user = 0; user < options.size; user++) {
    const { id, account } = FIXED_USERS[user] ?? drawn(random, user);
    ids.push(id);
    principalNames.push(account.principalName);
    columns.givenNames[user] = account.givenName;
    columns.familyNames[user] = account.familyName;
    columns.languages[user] = account.language;
    columns.flags[user] = account.flags;
    columns.states[user] = account.state;
    columns.methods[user] = account.methods;
  }
  // The groups have a stream of their own, so that their ids do not depend on the number of users.
  return new Directory(columns, generateGroups(seededRandom(options.seed ^ 0x6a09e667), options.size));
}

function drawn(random: Random, user: number): { readonly id: string; readonly account: Account } {
  const id = randomGuid(random);
  return { id, account: user === SYNC_ACCOUNT_INDEX ? syncAccount(random) : person(random, user) };
}

function person(random: Random, user: number): Account {
  const givenName = Math.floor(random() * DRAWN_GIVEN_NAMES.length);
  const familyName = Math.floor(random() * DRAWN_FAMILY_NAMES.length);
  const language = Math.floor(random() * LANGUAGES.length);
  const guest = random() < 0.08;
  const noMail = random() < 0.05;
  const notPromoted = random() < 0.04;
  const flags =
    (guest ? GUEST : 0) |
    (noMail ? NO_MAIL : 0) |
    (random() < (noMail ? 0.5 : 0.1) ? PRIVATE_MAIL : 0) |
    (random() < 0.03 ? ACCOUNT_DISABLED : 0) |
    (notPromoted ? NOT_PROMOTED : 0);
  const state = mfaState(random());
  // Entra would have promoted the others: an enabled user who is registered can only be one that it does not promote.
  const registeredShare = { [DISABLED]: 0.45, [ENABLED]: notPromoted ? 0.8 : 0, [ENFORCED]: 0.97 }[state] as number;
  const methods = pick(random, random() < registeredShare ? REGISTRATIONS : NO_REGISTRATIONS);
  const name = `${DRAWN_GIVEN_NAMES[givenName]}.${DRAWN_FAMILY_NAMES[familyName]}${user}`.toLowerCase();
  const principalName = guest ? `${name}_fabrikam.com#EXT#@contoso.onmicrosoft.com` : `${name}@contoso.com`;
  return { principalName, givenName, familyName, language, flags, state, methods };
}

function mfaState(share: number): number {
  if (share < 0.6) return DISABLED;
  return share < 0.85 ? ENABLED : ENFORCED;
}

function syncAccount(random: Random): Account {
  const suffix = randomGuid(random).slice(0, 12).replace('-', '');
  return {
    principalName: `Sync_DC01_${suffix}@contoso.onmicrosoft.com`,
    givenName: 0,
    familyName: 0,
    language: LANGUAGES.indexOf(null),
    flags: NO_MAIL | SYNC_ACCOUNT,
    state: DISABLED,
    methods: PASSWORD,
  };
}
