/**
 * The app cannot be started: a file is missing or fails, or a start hook does. The real host stays up then without any
 * function, and answers 404. The message says which file or hook it was, and what to do.
 */
export class AppStartError extends Error {
  override readonly name = 'AppStartError';
}
