/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The command could not do what it was asked: wrong arguments, no connection, the API said no. */
  error: 1,
  /** The operation is over, and users were refused, failed or canceled. */
  incomplete: 2,
  /** Ctrl-C. An operation that was accepted goes on without the command. */
  interrupted: 130,
} as const;

/** The command cannot go on. The message says what to do. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  /** A stable word for programs. */
  readonly code: string;

  constructor(code: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The API said no. */
export class ApiFailure extends Failure {
  override readonly name = 'ApiFailure';
  readonly status: number;
  /** The faults of the request, each on a line. */
  readonly faults: readonly string[];

  constructor(status: number, code: string, message: string, faults: readonly string[] = []) {
    super(code, message);
    this.status = status;
    this.faults = faults;
  }
}
