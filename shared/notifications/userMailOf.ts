import type { MailMessage } from '../queues/messages.ts';
import { notificationOf } from './notificationOf.ts';
import { reminderOf } from './reminder.ts';
import type { UserMail, UserMailDependencies } from './userMail.ts';

/** @throws UnprocessableMessageError when the operation or the user of the mail does not exist */
export async function userMailOf(message: MailMessage, deps: UserMailDependencies): Promise<UserMail> {
  return 'kind' in message ? reminderOf(message, deps) : notificationOf(message, deps);
}
