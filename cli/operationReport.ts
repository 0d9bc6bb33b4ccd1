import type { MfaState } from '../shared/domain/mfaState.ts';
import type { OutcomeKind } from '../shared/domain/outcome.ts';
import { type OperationItemView, operationItemViewSchema } from '../shared/http/itemView.ts';
import type { OperationView } from '../shared/http/operationView.ts';
import { approvalText } from './approvalText.ts';
import { exitCodes } from './failure.ts';
import { grouped } from './lists.ts';
import { outcomesOf } from './progressBar.ts';
import { reasonOf } from './reasonOf.ts';
import type { Session } from './session.ts';
import { type Column, table } from './table.ts';
import { prose, tinted } from './terminal.ts';
import { toJson, visibleLine } from './visible.ts';

/** Outcomes that need attention. */
const ATTENTION = ['refused', 'failed'] as const satisfies OutcomeKind[];
/** Graph names the user in some messages: they are one reason. */
const OBJECT_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** Users named for each reason. */
const EXAMPLES = 3;
const COLUMNS: readonly Column[] = [
  { title: 'Outcome', tinted: true },
  { title: 'Code' },
  { title: 'Users' },
  { title: 'Examples', lines: true },
  { title: 'Reason and remedy', wraps: true },
];

/** Prints the result of a finished operation, and returns the exit code. */
export async function reportOperation(operation: OperationView, session: Session): Promise<number> {
  const attention = await itemsToLookAt(operation, session);
  if (session.json) session.terminal.print(toJson({ ...operation, attention }));
  else session.terminal.print(reportText(operation, attention, session));
  return exitCodeOf(operation);
}

export function exitCodeOf({ counts }: OperationView): number {
  return counts.refused + counts.failed + counts.canceled > 0 ? exitCodes.incomplete : exitCodes.done;
}

async function itemsToLookAt(operation: OperationView, { api }: Session): Promise<OperationItemView[]> {
  const found: OperationItemView[] = [];
  for (const outcome of outcomesToLookAt(operation)) {
    if (operation.counts[outcome] === 0) continue;
    for await (const value of api.list(`operations/${operation.id}/items?status=${outcome}`)) {
      const item = operationItemViewSchema.parse(value);
      if (outcome !== 'unchanged' || item.detail?.message !== undefined) found.push(item);
    }
  }
  return found;
}

/**
 * A group without users has one unchanged item, with the reason. The users that an undo leaves alone still have what the
 * wrong list gave them, or what came after it.
 */
function outcomesToLookAt({ group, references, undoOf }: OperationView): readonly OutcomeKind[] {
  if (undoOf !== undefined) return [...ATTENTION, 'superseded'];
  return group !== null && references === 1 ? [...ATTENTION, 'unchanged'] : ATTENTION;
}

/** Every state that an operation sets users to. */
export function statesOf({ targetState, targetStates = [] }: OperationView): readonly MfaState[] {
  return targetState === null ? targetStates : [targetState];
}

/** The state, or the states, that an operation sets users to; without them, for a caller who may not see them. */
export function targetText(operation: OperationView): string {
  return statesOf(operation).join(' or ') || 'changed';
}

/** The status of an operation as a text. */
export function standingText(operation: OperationView, { terminal }: Session): string {
  const { id, status, references, dryRun, counts, notes = [] } = operation;
  const users = `${grouped(references)} ${references === 1 ? 'user' : 'users'} to be ${targetText(operation)}`;
  return [
    // The status has a line of its own, so that no colour is broken on a narrow terminal.
    prose(`Operation ${id}`, terminal),
    tinted(status, terminal),
    prose(`${dryRun ? 'Dry run, ' : ''}${users}: ${outcomesOf(operation) || 'nothing decided yet'}.`, terminal),
    ...(counts.pending > 0 ? [`${grouped(counts.pending)} pending.`] : []),
    ...[...approvalText(operation), ...exceptionText(operation), ...notes].map((note) => prose(note, terminal)),
  ].join('\n');
}

/** When the states that an operation lowers come back. */
function exceptionText({ untilDateTime }: OperationView): string[] {
  return untilDateTime === undefined
    ? []
    : [`The lowered states end at ${untilDateTime}. Then the service requests the states from before.`];
}

function reportText(operation: OperationView, attention: readonly OperationItemView[], session: Session): string {
  const standing = standingText(operation, session);
  if (attention.length === 0) return standing;
  const reasons = new Map<string, OperationItemView[]>();
  for (const item of attention) {
    const key = [item.outcome, item.detail?.code, item.detail?.message?.replaceAll(OBJECT_ID, '')].join('\n');
    const members = reasons.get(key);
    if (members === undefined) reasons.set(key, [item]);
    else members.push(item);
  }
  const rows = [...reasons.values()]
    .sort((a, b) => b.length - a.length)
    .map((members) => {
      const who = members.slice(0, EXAMPLES).map(({ reference }) => visibleLine(reference));
      if (members.length > EXAMPLES) who.push(`and ${grouped(members.length - EXAMPLES)} more`);
      const [first] = members;
      return [first?.outcome ?? '', first?.detail?.code ?? '', members.length, who.join('\n'), reasonOf(first?.detail)];
    });
  return [
    standing,
    '',
    table(COLUMNS, rows, session.terminal),
    '',
    'To list the result for each user:',
    `  ${session.commandFor(`operation items ${operation.id}`)}`,
    ...(operation.counts.refused + operation.counts.failed === 0
      ? []
      : [
          'To retry these users, first remove the reasons, then run:',
          `  ${session.commandFor(`operation retry ${operation.id}`)}`,
        ]),
  ].join('\n');
}
