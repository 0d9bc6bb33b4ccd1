import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import { groupBy } from '../../shared/groupBy.ts';
import type { ItemReport } from '../apiClient.ts';
import type { Finding } from '../oracle/finding.ts';
import type { RegistrationResult } from './registration.ts';
import type { DemoResult } from './run.ts';

/** How wide tables may be, in characters, and whether there are colours. */
export interface Paper {
  readonly columns: number;
  readonly colours: boolean;
}

const MEANINGS: Readonly<Record<string, string>> = {
  pending: 'not decided yet',
  applied: 'changed; Graph acknowledged it',
  unchanged: 'in that state already; no write was spent',
  superseded: 'a newer operation changed the user',
  refused: 'blocked by a safety check',
  failed: 'could not be done',
  canceled: 'the operation was canceled first',
  wouldChange: 'would be changed; this was a dry run',
  duplicate: 'the same user as another reference of the list',
};
const TONES: Readonly<Record<string, 'green' | 'yellow' | 'red'>> = {
  applied: 'green',
  refused: 'yellow',
  failed: 'red',
};

const EXAMPLES = 3;
const NARROWEST = 80;
const WIDEST = 140;
const REASON_WIDTH = 18;
const COUNT_WIDTH = 7;
/** An object id fits in; what is longer is broken. */
const WHO_WIDTH = 40;
const MEANING_WIDTH = 28;

/** The result of the demo as a text. */
export function reportText(result: DemoResult, paper: Paper): string {
  const { operation, graphWrites, promoted, graphRequests, auditEntries, seconds } = result;
  return [
    heading(`Operation ${operation.id}: ${operation.status}`, paper),
    `${operation.references} references set to ${operation.targetState} in ${seconds.toFixed(1)} s, with ${graphWrites} writes in ${graphRequests} requests to Graph.`,
    ...(promoted === 0 ? [] : [`Entra moved ${promoted} of them on to enforced, because they had registered before.`]),
    outcomeTable(operation.counts, paper),
    ...reasonTable(result.items, paper),
    ...trailTable(result.trail, paper),
    `${auditEntries} audit entries.`,
  ].join('\n');
}

/** The findings of the registration sweeps as a text. */
export function registrationText(result: RegistrationResult, paper: Paper): string {
  const { enabled, registered, recorded, enforcedByEntra, stuck, promoted, users } = result;
  const rows = users.map(({ state, registered: has, users: count }) => [
    state ?? 'unknown',
    has === null ? 'unknown' : has ? 'yes' : 'no',
    { content: count, hAlign: 'right' as const },
  ]);
  return [
    '',
    heading('Then some of them registered', paper),
    `${enabled} users of the list were enabled and had not registered; ${registered} of them did so now.`,
    `The registration sweep of the whole tenant recorded ${recorded} as registered while enabled, ${enforcedByEntra} as enforced by Entra, and ${stuck} as stuck: Entra does not move them on.`,
    promoted === 0
      ? 'The service moves those on itself with PROMOTE_REGISTERED=true (here: --promote).'
      : `The service moved ${promoted} of those on itself.`,
    table(['State', 'Registered', 'Users'], rows, { compact: true }),
    ...trailTable(result.trail, paper),
  ].join('\n');
}

/** Whether what the service says is what happened, for people. */
export function agreementText(findings: readonly Finding[]): string {
  return findings.length === 0
    ? 'Outcomes, audit record and directory agree.'
    : `Outcomes, audit record and directory disagree in ${findings.length} places.`;
}

function outcomeTable(counts: Readonly<Record<string, number>>, { colours }: Paper): string {
  const rows = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => [
      paint(outcome, TONES[outcome], colours),
      { content: count, hAlign: 'right' as const },
      MEANINGS[outcome] ?? '',
    ]);
  return table(['Outcome', 'Count', 'Meaning'], rows, { compact: true });
}

/** Why users were not changed: each reason once, with who it is about. */
function reasonTable(items: readonly ItemReport[], paper: Paper): string[] {
  const unhappy = items.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  if (unhappy.length === 0) return [];
  const reasons = [
    ...groupBy(unhappy, ({ outcome, detail }) => [outcome, detail?.code, detail?.message].join('\n')).values(),
  ];
  reasons.sort((a, b) => b.length - a.length);
  const rows = reasons.map((members) => {
    const { outcome, detail } = members[0] as ItemReport;
    const examples = members.slice(0, EXAMPLES).map(({ reference }) => reference);
    if (members.length > EXAMPLES) examples.push(`and ${members.length - EXAMPLES} more`);
    return [
      `${paint(outcome, TONES[outcome], paper.colours)}\n${detail?.code ?? ''}`,
      { content: members.length, hAlign: 'right' as const },
      detail?.message ?? '',
      { content: examples.join('\n'), wrapOnWordBoundary: false },
    ];
  });
  const borders = 5;
  const free = width(paper) - REASON_WIDTH - COUNT_WIDTH - borders;
  const who = Math.min(WHO_WIDTH, free - MEANING_WIDTH);
  return [
    '',
    heading('Why not', paper),
    table(['Reason', 'Count', 'What it means', 'Who'], rows, {
      colWidths: [REASON_WIDTH, COUNT_WIDTH, free - who, who],
    }),
  ];
}

/** One user's audit trail, newest first. */
function trailTable(trail: readonly AuditEntry[], paper: Paper): string[] {
  const [newest] = trail;
  if (newest === undefined) return [];
  const rows = trail.flatMap((entry) => [
    ['event', entry.event],
    ['from, to', `${entry.from ?? '(not read)'} to ${entry.to}`],
    ['who', `${entry.actor.name ?? entry.actor.id} (${entry.actor.kind})`],
    ['why', entry.reason],
    ['asked, done', [entry.acceptedAt, entry.at].filter(Boolean).join(', ')],
    ['operation', entry.operationId ?? 'none'],
    ...(entry.requestId === undefined ? [] : [['Graph request', entry.requestId]]),
    ...(entry.code === undefined ? [] : [['code', entry.code]]),
    ...(entry.message === undefined ? [] : [['message', entry.message]]),
  ]);
  return [
    '',
    heading(`The audit record of ${newest.reference}`, paper),
    table(['', newest.userId ?? ''], rows, { colWidths: [16, width(paper) - 19], compact: true }),
  ];
}

function width({ columns }: Paper): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns));
}

type Row = (string | { content: number; hAlign: 'right' } | { content: string; wrapOnWordBoundary: boolean })[];

function table(
  head: string[],
  rows: readonly Row[],
  { colWidths = [], compact = false }: { colWidths?: number[]; compact?: boolean },
): string {
  // The table paints by default; here only what carries a meaning has a colour.
  const style = { head: [], border: [], compact };
  const lines = new Table({ head, colWidths, wordWrap: true, wrapOnWordBoundary: true, style });
  lines.push(...rows);
  return lines.toString();
}

function heading(text: string, { colours }: Paper): string {
  return paint(text, 'bold', colours);
}

function paint(text: string, format: 'bold' | 'green' | 'yellow' | 'red' | undefined, colours: boolean): string {
  return colours && format !== undefined ? styleText(format, text, { validateStream: false }) : text;
}
