import { parseOptions, wholeNumber } from '../../local/options.ts';

/** How large a campaign is, and which. */
export interface CampaignSize {
  readonly seed: number;
  /** Users in the simulated directory. */
  readonly users: number;
  readonly operations: number;
}

export interface FaultsOptions extends CampaignSize {
  readonly json: boolean;
  /** Print the plan and do nothing. */
  readonly plan: boolean;
  /** Replay every campaign that ever failed. */
  readonly regressions: boolean;
  /** A file for everything that the parts log. */
  readonly log: string | undefined;
  readonly help: boolean;
}

export const HELP = `npm run faults -- [--seed S] [--users N] [--operations N] [--json] [--log FILE]
npm run faults -- --regressions [--json] [--log FILE]
npm run faults -- --plan [--seed S] [--users N] [--operations N]

Starts the whole service with two hosts, sends it operations that change the same users, and meanwhile kills hosts,
drains them, restarts the app in them, cuts connections, lets locks run out, makes messages use up their deliveries, changes
and deletes users past the service, and makes Microsoft Graph, Service Bus and Table Storage fail in every way that they
can: for single users, for all, and altogether for half a minute. Then it lets the system settle, and compares outcomes,
audit record and states with the ledger of what truly happened. It prints how often each kind of fault happened.

  --seed S        another plan of operations and faults for another seed (1)
  --users N       users in the simulated directory (200)
  --operations N  operations that are sent (12)
  --json          print one line of JSON to stdout, last; progress goes to stderr
  --plan          print the plan as JSON, and do nothing
  --regressions   replay every campaign that ever failed
  --log FILE      write what every part logs into a file
  --help          this text

The same seed gives the same plan: operations, kills and faults with their odds and order. A plan counts time in requests
to Table Storage, so it is the same on slow and fast machines. The exit code is 0 when everything agrees and
each kind of fault happened, and 1 otherwise.`;

/** Fewer users or operations have no room for every kind of fault. */
const MIN_USERS = 50;
const MIN_OPERATIONS = 8;
const MAX_USERS = 20_000;
const MAX_OPERATIONS = 500;
const MAX_SEED = 0xffff_ffff;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  users: { type: 'string', default: '200' },
  operations: { type: 'string', default: '12' },
  json: { type: 'boolean', default: false },
  plan: { type: 'boolean', default: false },
  regressions: { type: 'boolean', default: false },
  log: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Reads the arguments of the command.
 * @throws UsageError that names the argument
 */
export function readOptions(args: readonly string[]): FaultsOptions {
  const values = parseOptions({ args: [...args], options: OPTIONS });
  return {
    seed: wholeNumber('--seed', values.seed, 0, MAX_SEED),
    users: wholeNumber('--users', values.users, MIN_USERS, MAX_USERS),
    operations: wholeNumber('--operations', values.operations, MIN_OPERATIONS, MAX_OPERATIONS),
    json: values.json,
    plan: values.plan,
    regressions: values.regressions,
    log: values.log,
    help: values.help,
  };
}
