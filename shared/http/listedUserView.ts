import { z } from 'zod';
import { methodClasses } from '../domain/methodClass.ts';
import { mfaStateSchema } from '../domain/mfaState.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import { dateTimeOrNull, uuid } from './formats.ts';

/** A user, as of the last registration sweep. */
export const listedUserSchema = z.object({
  id: uuid("The user's object id."),
  userPrincipalName: z.string().describe("The user's name for signing in."),
  displayName: z.string().nullable().describe('Null when Microsoft Graph does not say.'),
  userType: z.string().nullable().describe('Member or Guest; null when Microsoft Graph does not say.'),
  accountEnabled: z
    .boolean()
    .nullable()
    .describe('Whether the user may sign in; null when Microsoft Graph does not say.'),
  administrator: z
    .boolean()
    .nullable()
    .describe('Whether the user has a directory role, or can activate one; null when it is not known.'),
  licensed: z.boolean().nullable().describe('Whether the user has a licence; null when it is not known.'),
  methodClass: z
    .enum(methodClasses)
    .nullable()
    .describe("The class of the user's strongest method for MFA; null when the methods are not known."),
  state: mfaStateSchema.nullable().describe('Null when it could not be found out.'),
  registered: z
    .boolean()
    .nullable()
    .describe('Null when it is not known: without Entra ID P1 or P2, only enabled users are looked up.'),
  enabledDateTime: dateTimeOrNull('Since when the user has been enabled; null when that is not known.'),
  registeredDateTime: dateTimeOrNull('When the enabled user was first found registered; null when they were not.'),
  changedDateTime: dateTimeOrNull('When this service last changed the state; null when it did not.'),
});
export type ListedUserView = z.infer<typeof listedUserSchema>;

export function listedUserView(user: SnapshotUser): ListedUserView {
  return {
    id: user.id,
    userPrincipalName: user.name,
    displayName: user.displayName,
    userType: user.userType,
    accountEnabled: user.accountEnabled,
    administrator: user.administrator,
    licensed: user.licensed,
    methodClass: user.methodClass,
    state: user.state,
    registered: user.registered,
    enabledDateTime: user.enabledSince || null,
    registeredDateTime: user.registeredSince || null,
    changedDateTime: user.changedAt || null,
  };
}
