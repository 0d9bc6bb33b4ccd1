import type { Evidence } from './evidence.ts';
import type { Finding } from './finding.ts';

/** The maximum of findings that are printed, and of users whose history is printed. */
const TOLD = 20;
const HISTORIES = 4;

/** The first findings, and the history of their users. One line each. */
export function* explain(findings: readonly Finding[], evidence: Evidence): Generator<string> {
  for (const { kind, rule, what } of findings.slice(0, TOLD)) yield `${kind} (${rule}): ${what}`;
  if (findings.length > TOLD) yield `… and ${findings.length - TOLD} more`;
  const users = new Set(findings.flatMap(({ userId }) => userId ?? []));
  for (const userId of [...users].slice(0, HISTORIES)) yield* historyOf(userId, evidence);
}

/** One user: ledger, outcomes by sequence, audit entries by time, and the row. */
function* historyOf(userId: string, evidence: Evidence): Generator<string> {
  yield '';
  yield `${userId} was ${evidence.before.get(userId)} and is ${evidence.after.get(userId)}`;
  for (const entry of evidence.ledger.filter((one) => one.userId === userId)) {
    const by = entry.appliedBy === 'client' ? entry.clientRequestId : entry.appliedBy;
    const answer = entry.acknowledged ? '' : ', not acknowledged';
    yield `  ${time(entry.at)} ledger ${entry.number}: ${entry.from} → ${entry.to} by ${by}${answer} (${entry.requestId})`;
  }
  const outcomes = evidence.operations.flatMap(({ id, known }) =>
    (known?.items ?? []).filter((item) => item.userId === userId).map((item) => ({ id, known, item })),
  );
  for (const { id, known, item } of outcomes.sort((a, b) =>
    (a.known?.sequence ?? '').localeCompare(b.known?.sequence ?? ''),
  )) {
    const { decidedDateTime: at, from, code } = item.detail ?? {};
    const details = [from && `from ${from}`, code].filter(Boolean).join(', ');
    yield `  ${at?.slice(11, 23)} ${id} (${known?.sequence}, to ${known?.targetState}): ${item.outcome} ${details}`;
  }
  for (const entry of evidence.audit.audit.filter((one) => one.userId === userId))
    yield `  ${entry.at.slice(11, 23)} audit: ${entry.event} ${entry.from} → ${entry.to} by ${entry.operationId} (${entry.requestId ?? entry.code ?? 'confirmed'})`;
  yield `  row: ${JSON.stringify(evidence.rows.get(userId))}`;
}

function time(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
