import { parseArgs } from 'node:util';
import { durations, outages, type Phase, phases, type Selection, services } from './scenario.ts';

export interface OutagesOptions extends Selection {
  readonly users: number;
  readonly parallel: number;
  readonly json: boolean;
  /** A file for everything that the parts log. */
  readonly log: string | undefined;
  readonly help: boolean;
}

/** The arguments of the command are wrong. The message names the argument. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP = `npm run outages -- [--outage NAME]... [--phase NAME]... [--seconds N]... [--every-way]
                   [--users N] [--parallel N] [--json] [--log FILE]

Takes Table Storage, Service Bus, Graph or the sign-in away from a running service for some time, and checks that nothing
that was accepted fails or is lost, and that everything has settled within a minute after the end. Each outage has a
service of its own: the long ones run at the same time, the short ones beside them.

  --outage NAME   only this service (${services.join(', ')}) or outage:
                  ${outages.map(({ name }) => name).join(', ')}
  --phase NAME    only outages that begin in this phase (${phases.join(', ')})
  --seconds N     only outages of this length (${durations.join(', ')})
  --every-way     each way of each service, in each phase; without it, the ways of a service take turns
  --users N       users that are changed during each outage (2000)
  --parallel N    short outages at the same time (3)
  --json          print a line of JSON for each outage; progress goes to stderr
  --log FILE      write what every part logs into a file
  --help          this text

Outages of the sign-in need OpenSSL and Linux. All of it takes about half an hour and 9 GB of memory. The exit code is 0
when nothing was wrong, and 1 otherwise.`;

const MAX_SECONDS = 86_400;
const MAX_USERS = 20_000;

/**
 * Reads the arguments of the command.
 * @throws UsageError that names the argument
 */
export function readOptions(args: readonly string[]): OutagesOptions {
  const values = parse([...args]);
  const names = [...services, ...outages.map(({ name }) => name)];
  return {
    outages: (values.outage ?? []).map((name) => oneOf('--outage', name, names)),
    phases: values.phase?.map((name): Phase => oneOf('--phase', name, phases)) ?? phases,
    seconds: values.seconds?.map((text) => wholeNumber('--seconds', text, MAX_SECONDS)) ?? durations,
    everyWay: values['every-way'],
    users: wholeNumber('--users', values.users, MAX_USERS),
    parallel: wholeNumber('--parallel', values.parallel, 50),
    json: values.json,
    log: values.log,
    help: values.help,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        outage: { type: 'string', multiple: true },
        phase: { type: 'string', multiple: true },
        seconds: { type: 'string', multiple: true },
        'every-way': { type: 'boolean', default: false },
        users: { type: 'string', default: '2000' },
        parallel: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
        log: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}. See --help.`, { cause });
  }
}

function oneOf<T extends string>(option: string, name: string, names: readonly T[]): T {
  const found = names.find((known) => known === name);
  if (found === undefined) throw new UsageError(`${option} must be one of ${names.join(', ')}.`);
  return found;
}

function wholeNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`${option} must be a whole number from 1 to ${max}.`);
}
