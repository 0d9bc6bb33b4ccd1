import { parseArgs } from 'node:util';
import { UsageError } from '../../local/options.ts';

/** In the order in which `all` runs them. */
export const benchmarkNames = [
  'apply',
  'pace',
  'accept',
  'audit',
  'coldstart',
  'idle',
  'oddUsers',
  'fairness',
] as const;
/** Takes as long as all others together, and runs only when it is named. */
const longNames = ['questions'] as const;
export type BenchmarkName = (typeof benchmarkNames | typeof longNames)[number];

export interface BenchOptions {
  readonly names: readonly BenchmarkName[];
  readonly json: boolean;
  /** Keep the results as those that the documents show. */
  readonly record: boolean;
  readonly small: boolean;
  readonly help: boolean;
}

export const HELP = `npm run bench -- [${[...benchmarkNames, ...longNames].join('|')}|all] [--json] [--record] [--small]

Measures the service on stacks of its own, beside what people use today.

  --json    print an object of JSON a line for each benchmark; progress goes to stderr
  --record  write the results into bench/results
  --small   small sizes, to see whether everything works: the numbers say nothing
  --help    this text

All of them (the default), without ${longNames.join(' and ')}, take less than 15 minutes on two quiet cores. The exit code is 0 when everything could be
measured, whether or not the targets were reached.`;

/**
 * Reads the arguments of the command.
 * @throws UsageError that names what is wrong
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse([...args]);
  const [name = 'all', ...more] = positionals;
  if (more.length > 0) throw new UsageError('Name one benchmark, or all.');
  if (values.record && values.small) throw new UsageError('Small sizes say nothing, so they are not recorded.');
  return { ...values, names: name === 'all' ? benchmarkNames : [nameOf(name)] };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        record: { type: 'boolean', default: false },
        small: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(`${cause instanceof Error ? cause.message : String(cause)}. See --help.`, { cause });
  }
}

function nameOf(text: string): BenchmarkName {
  const known = [...benchmarkNames, ...longNames];
  const name = known.find((one) => one === text);
  if (name === undefined) throw new UsageError(`There is no benchmark "${text}": ${known.join(', ')}, all.`);
  return name;
}
