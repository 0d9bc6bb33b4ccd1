/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The command could not do what it was asked: wrong arguments, no connection, the API refused the request. */
  error: 1,
  /** The operation is over, and users were refused, failed or canceled. */
  incomplete: 2,
  /** Ctrl-C. An operation that was accepted goes on without the command. */
  interrupted: 130,
} as const;

/** The exit codes in words, for help. */
export const EXIT_CODES = `Exit codes:
  0    all done
  1    error: wrong arguments, no connection, refused by the service
  2    the operation is over, and users were refused, failed or canceled
  130  interrupted with Ctrl-C; an operation that was accepted goes on`;

export interface FailureOptions {
  readonly cause?: unknown;
  /** Commands that help, each on a line of its own. */
  readonly commands?: readonly string[];
}

/** The command cannot go on. The message says what to do. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  /** A stable word for programs. */
  readonly code: string;
  readonly commands: readonly string[];

  constructor(code: string, message: string, { cause, commands = [] }: FailureOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.commands = commands;
  }
}

/** The API refused the request. */
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
