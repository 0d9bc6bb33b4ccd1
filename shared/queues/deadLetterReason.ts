/** Why a message was given up, as outcome of what it was about. */
export interface DeadLetterReason {
  readonly code: string;
  readonly message: string;
}
