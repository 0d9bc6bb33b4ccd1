import { parseOptions, UsageError, wholeNumber } from '../../local/options.ts';
import { durations, outages, type Phase, phases, type Selection, services } from './scenario.ts';

export interface OutagesOptions extends Selection {
  readonly users: number;
  readonly parallel: number;
  readonly json: boolean;
  /** A file for everything that the parts log. */
  readonly log: string | undefined;
  readonly help: boolean;
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

const OPTIONS = {
  outage: { type: 'string', multiple: true },
  phase: { type: 'string', multiple: true },
  seconds: { type: 'string', multiple: true },
  'every-way': { type: 'boolean', default: false },
  users: { type: 'string', default: '2000' },
  parallel: { type: 'string', default: '3' },
  json: { type: 'boolean', default: false },
  log: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Reads the arguments of the command.
 * @throws UsageError that names the argument
 */
export function readOptions(args: readonly string[]): OutagesOptions {
  const values = parseOptions({ args: [...args], options: OPTIONS });
  const names = [...services, ...outages.map(({ name }) => name)];
  return {
    outages: (values.outage ?? []).map((name) => oneOf('--outage', name, names)),
    phases: values.phase?.map((name): Phase => oneOf('--phase', name, phases)) ?? phases,
    seconds: values.seconds?.map((text) => wholeNumber('--seconds', text, 1, MAX_SECONDS)) ?? durations,
    everyWay: values['every-way'],
    users: wholeNumber('--users', values.users, 1, MAX_USERS),
    parallel: wholeNumber('--parallel', values.parallel, 1, 50),
    json: values.json,
    log: values.log,
    help: values.help,
  };
}

function oneOf<T extends string>(option: string, name: string, names: readonly T[]): T {
  const found = names.find((known) => known === name);
  if (found === undefined) throw new UsageError(`${option} must be one of ${names.join(', ')}.`);
  return found;
}
