/** Why a message became a dead letter: the code and the message of the failed outcomes. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
}
