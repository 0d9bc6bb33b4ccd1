import type { MailMessage } from '../queues/messages.ts';
import type { Letter, LetterEffects } from './letter.ts';
import { notificationOf } from './notificationOf.ts';
import { reminderOf } from './reminder.ts';

/** @throws UnprocessableMessageError when there is nothing that the mail could be about */
export async function letterOf(message: MailMessage, effects: LetterEffects): Promise<Letter> {
  return 'kind' in message ? reminderOf(message, effects) : notificationOf(message, effects);
}
