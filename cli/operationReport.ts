import type { z } from 'zod';
import type { OutcomeKind } from '../shared/domain/outcome.ts';
import { type OperationItemView, operationItemViewSchema } from '../shared/http/itemView.ts';
import type { OperationView } from '../shared/http/operationView.ts';
import { exitCodes } from './failure.ts';
import { outcomesOf } from './progressBar.ts';
import type { Session } from './session.ts';
import { table, tinted } from './terminal.ts';

/** Outcomes that somebody should look at. */
const ATTENTION = ['refused', 'failed'] as const satisfies OutcomeKind[];
/** Users named for each reason. */
const EXAMPLES = 3;

/** Prints what became of an operation that is over, and gives the exit code. */
export async function reportOperation(operation: OperationView, session: Session): Promise<number> {
  const attention = await itemsToLookAt(operation, session);
  if (session.json) session.terminal.print(JSON.stringify({ ...operation, attention }));
  else session.terminal.print(reportText(operation, attention, session));
  return exitCodeOf(operation);
}

export function exitCodeOf({ counts }: OperationView): number {
  return counts.refused + counts.failed + counts.canceled > 0 ? exitCodes.incomplete : exitCodes.done;
}

async function itemsToLookAt(operation: OperationView, { api }: Session): Promise<OperationItemView[]> {
  const found: OperationItemView[] = [];
  for (const outcome of ATTENTION) {
    if (operation.counts[outcome] === 0) continue;
    for await (const item of api.list(`operations/${operation.id}/items?status=${outcome}`))
      found.push(operationItemViewSchema.parse(item as z.input<typeof operationItemViewSchema>));
  }
  return found;
}

/** Where an operation stands, in words. */
export function standingText(operation: OperationView, { terminal }: Session): string {
  const { id, status, targetState, references, dryRun } = operation;
  const what = dryRun ? `Dry run of setting ${references} users to` : `${references} users to be`;
  return [
    `Operation ${id}: ${tinted(status, terminal)}`,
    `${what} ${targetState}: ${outcomesOf(operation) || 'nothing decided yet'}.`,
    ...(operation.counts.pending > 0 ? [`${operation.counts.pending} are pending.`] : []),
  ].join('\n');
}

function reportText(operation: OperationView, attention: readonly OperationItemView[], session: Session): string {
  const standing = standingText(operation, session);
  if (attention.length === 0) return standing;
  const reasons = new Map<string, OperationItemView[]>();
  for (const item of attention) {
    const key = [item.outcome, item.detail?.code, item.detail?.message].join('\n');
    reasons.set(key, [...(reasons.get(key) ?? []), item]);
  }
  const rows = [...reasons.values()]
    .sort((a, b) => b.length - a.length)
    .map((members) => {
      const { outcome, detail } = members[0] as OperationItemView;
      const who = members.slice(0, EXAMPLES).map(({ reference }) => reference);
      if (members.length > EXAMPLES) who.push(`and ${members.length - EXAMPLES} more`);
      return [outcome, detail?.code ?? '', members.length, who.join('\n'), detail?.message ?? ''];
    });
  return [
    standing,
    table(['Outcome', 'Code', 'Users', 'Who', 'Why, and what to do'], rows, session.terminal, [3, 4]),
    `Everybody: mfa operation items ${operation.id}. Once the reasons are gone: mfa operation retry ${operation.id}`,
  ].join('\n');
}
