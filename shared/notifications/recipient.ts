import { z } from 'zod';
import type { Answer } from '../graph/answer.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { graphPath } from '../graph/path.ts';
import { USER_DELETED } from './userMail.ts';

/** A property that is missing or cannot be read is null. */
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

const userSchema = z.object({
  displayName: text,
  mail: text,
  preferredLanguage: text,
  userPrincipalName: text,
  accountEnabled: z.boolean().nullish().catch(null),
});

/** The user who gets a mail, with the properties that it depends on. */
export interface Recipient {
  readonly displayName: string | null;
  readonly mail: string;
  readonly preferredLanguage: string | null;
  /** Whether the account belongs to another tenant. Such a user registers in a different way. */
  readonly isGuest: boolean;
}

/** The recipient, why there is none, or an answer without the user. */
type FoundRecipient =
  | { readonly kind: 'found'; readonly recipient: Recipient }
  | { readonly kind: 'none'; readonly code: string; readonly message: string }
  | Exclude<Answer, { kind: 'ok' }>;

const PROPERTIES = 'displayName,mail,preferredLanguage,userPrincipalName,accountEnabled';

/** Reads the user who gets a mail. Permission: User.Read.All. */
export async function readRecipient(graph: SendToGraph, userId: string): Promise<FoundRecipient> {
  const found = await graph({ method: 'GET', path: `${graphPath`/users/${userId}`}?$select=${PROPERTIES}` });
  if (found.kind === 'refused' && found.status === 404) return { ...USER_DELETED, kind: 'none' };
  if (found.kind !== 'ok') return found;
  const { mail, accountEnabled, userPrincipalName, ...user } = userSchema.parse(found.body);
  if (accountEnabled === false)
    return {
      kind: 'none',
      code: 'accountDisabled',
      message: 'The account is blocked, so the user cannot sign in. No mail was sent.',
    };
  if (mail === null)
    return { kind: 'none', code: 'noMailbox', message: 'The user has no mailbox. Inform the user in another way.' };
  return { kind: 'found', recipient: { ...user, mail, isGuest: /#ext#/i.test(userPrincipalName ?? '') } };
}
