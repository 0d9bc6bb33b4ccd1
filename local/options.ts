import { type ParseArgsConfig, parseArgs } from 'node:util';

/** How a command was called is not understood. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const PORT_MAX = 65_535;
export const SEED_MAX = 0xffff_ffff;
/** The largest directory that the simulator is asked for: twice as many users as one request takes. */
export const USERS_MAX = 200_000;

/**
 * Reads the arguments of a command.
 * @throws UsageError that names the argument
 */
export function parseOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>>['values'] {
  try {
    return parseArgs(config).values;
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}. See --help.`, { cause });
  }
}

/** @throws UsageError that names the option */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
}

/** Reads how a command was called, and ends the process in words when it is not understood. */
export function readOrExit<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}
