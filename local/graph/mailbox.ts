/** A message that Graph accepted for sending. */
export interface SentMail {
  readonly at: number;
  /** Address or id of the mailbox, as the request named it. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly contentType: string;
  readonly content: string;
  readonly requestId: string;
}

/** The sent mails, in order. */
export class Mailbox {
  readonly sent: SentMail[] = [];
}
