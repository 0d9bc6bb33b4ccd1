/** Exit codes of every command. */
export const exitCodes = {
  done: 0,
  /** The command failed: wrong arguments, no connection, or the API refused the request. */
  error: 1,
  /** The operation finished, and users were refused, failed or canceled. */
  incomplete: 2,
  /** Ctrl-C. An accepted operation continues without the command. */
  interrupted: 130,
} as const;

/** The exit codes as a text for the help. */
export const EXIT_CODES = `Exit codes:
  0    success
  1    error: wrong arguments, no connection, or the service refused the request
  2    the operation finished, and users were refused, failed or canceled
  130  interrupted with Ctrl-C; an accepted operation continues`;

export interface FailureOptions {
  readonly cause?: unknown;
  /** Suggested commands, each on a line of its own. */
  readonly commands?: readonly string[];
  /** The faults of the request or the file, each on a line. */
  readonly faults?: readonly string[];
}

/** The command cannot continue. The message states the remedy. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  /** A stable word for programs. */
  readonly code: string;
  readonly commands: readonly string[];
  readonly faults: readonly string[];

  constructor(code: string, message: string, { cause, commands = [], faults = [] }: FailureOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.commands = commands;
    this.faults = faults;
  }
}

/** The API refused the request. */
export class ApiFailure extends Failure {
  override readonly name = 'ApiFailure';
  readonly status: number;

  constructor(status: number, code: string, message: string, faults: readonly string[] = []) {
    super(code, message, { faults });
    this.status = status;
  }
}
