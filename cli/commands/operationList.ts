import { type Command, InvalidArgumentError, Option } from 'commander';
import { type MfaState, mfaStates } from '../../shared/domain/mfaState.ts';
import { operationStatuses } from '../../shared/domain/operation.ts';
import { type OperationView, operationViewSchema } from '../../shared/http/operationView.ts';
import { type ListOptions, parsed, printList, withList } from '../lists.ts';
import { oneLine } from '../oneLine.ts';
import { statesOf, targetText } from '../operationReport.ts';
import { outcomesOf } from '../progressBar.ts';
import { openSession, withSession } from '../session.ts';

const USUAL = 20;
const DAY_MS = 24 * 60 * 60_000;
/** The largest difference between list order and order of acceptance, because several instances accept operations. */
const ORDER_WITHIN_MS = 60_000;
const KINDS = operationViewSchema.shape.kind.options;

interface Filters {
  readonly status?: OperationView['status'];
  readonly kind?: OperationView['kind'];
  readonly state?: MfaState;
  readonly actor?: string;
  /** Milliseconds since 1970, both inclusive. */
  readonly from?: number;
  readonly to?: number;
}

/** Adds `operation list`. */
export function addOperationList(operation: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const list = withList(withSession(operation.command('list')), USUAL)
    .description('Lists operations, newest first.')
    .addOption(new Option('--status <status>', 'only operations with this status').choices([...operationStatuses]))
    .addOption(new Option('--kind <kind>', 'only operations of this kind').choices([...KINDS]))
    .addOption(new Option('--state <state>', 'only operations that set users to this state').choices([...mfaStates]))
    .option('--actor <who>', 'only operations of this caller: object id, application id, or full name')
    .option('--from <time>', 'only operations accepted at or after this date or time', timeReader('first'))
    .option('--to <time>', 'only operations accepted at or before this date or time', timeReader('last'))
    .addHelpText(
      'after',
      '\nA filter searches the list from the newest operation backwards. --from ends the search.\n\nExamples:\n  mfa operation list\n  mfa operation list --status Running\n  mfa operation list --actor alice@contoso.com --from 2026-03-01\n  mfa operation list --limit 100 --json',
    )
    .action((options: ListOptions & Filters) =>
      run(async () => {
        const session = await openSession(list.optsWithGlobals());
        const operations = parsed(session.api.list('operations'), operationViewSchema);
        await printList(
          matching(operations, options),
          options,
          {
            usual: USUAL,
            columns: [
              { title: 'Operation' },
              { title: 'Accepted' },
              { title: 'State' },
              { title: 'Status', tinted: true },
              { title: 'Users' },
              { title: 'Results', wraps: true },
              { title: 'Reason', wraps: true },
            ],
            toRow: (one) => [
              one.id,
              one.createdDateTime.slice(0, 19),
              targetText(one),
              one.status,
              one.references,
              outcomesOf(one),
              oneLine(one.reason),
            ],
          },
          session,
        );
        return 0;
      }),
    );
}

/** The operations, newest first, that pass the filters. */
async function* matching(
  operations: AsyncIterable<OperationView>,
  { status, kind, state, actor, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: Filters,
): AsyncGenerator<OperationView> {
  for await (const one of operations) {
    const at = Date.parse(one.createdDateTime);
    if (at < from - ORDER_WITHIN_MS) return;
    const who = [one.actor.id, one.actor.application, one.actor.name].map((name) => name?.toLowerCase());
    if (
      at >= from &&
      at <= to &&
      (status === undefined || one.status === status) &&
      (kind === undefined || one.kind === kind) &&
      (state === undefined || statesOf(one).includes(state)) &&
      (actor === undefined || who.includes(actor.toLowerCase()))
    )
      yield one;
  }
}

/** @param edge which moment of the day (UTC) a date without a time means */
function timeReader(edge: 'first' | 'last'): (text: string) => number {
  return (text) => {
    const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
    const at = isDate || /^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at))
      throw new InvalidArgumentError('Use a date, or a time with its offset: 2026-03-01 or 2026-03-01T08:00:00Z.');
    return isDate && edge === 'last' ? at + DAY_MS - 1 : at;
  };
}
