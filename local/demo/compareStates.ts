import type { LedgerEntry } from '../graph/ledger.ts';
import type { ItemReport } from './api.ts';
import { type Evidence, groupBy, subjectsOf } from './evidence.ts';

/** What happened to each user in the directory against the outcome that the API reports. */
export function* compareStates(evidence: Evidence): Generator<string> {
  const subjects = subjectsOf(evidence.items);
  const writes = groupBy(evidence.ledger, ({ userId }) => userId);
  const everybody = new Set([
    ...evidence.before.keys(),
    ...evidence.after.keys(),
    ...writes.keys(),
    ...subjects.keys(),
  ]);
  for (const key of everybody) {
    const item = subjects.get(key)?.item;
    const history = writes.get(key) ?? [];
    if (item?.outcome === 'applied') yield* compareApplied(evidence, key, item, history);
    else yield* compareUntouched(evidence, key, item, history);
  }
}

/** An applied change is one acknowledged write from the state that the item names, and nothing after it but Entra's. */
function* compareApplied(
  { target, before, after }: Evidence,
  key: string,
  { detail }: ItemReport,
  history: readonly LedgerEntry[],
): Generator<string> {
  const written = history.filter(({ appliedBy }) => appliedBy === 'client');
  const [write] = written;
  if (written.length !== 1) yield `${key} is reported as applied and was written ${written.length} times.`;
  if (history.some(({ appliedBy }) => appliedBy === 'control')) yield `${key} was changed past the service.`;
  if (write !== undefined) {
    if (write.from === write.to) yield `${key} was written although already ${write.to}.`;
    if (write.to !== target) yield `${key} was to become ${target} and was written as ${write.to}.`;
    if (!write.acknowledged) yield `${key} is reported as applied, and Graph never acknowledged it.`;
    if (detail?.from !== write.from) yield `${key} is reported as ${detail?.from} before, and was ${write.from}.`;
    if (before.get(key) !== write.from) yield `${key} was ${before.get(key)} at first, and ${write.from} when written.`;
  }
  if (detail?.to !== target) yield `${key} is reported as changed to ${detail?.to} instead of ${target}.`;
  const promoted = target === 'enabled' && history.at(-1)?.appliedBy === 'entra';
  const expected = promoted ? 'enforced' : target;
  if (after.get(key) !== expected) yield `${key} should be ${expected} in the end and is ${after.get(key)}.`;
}

/** Nobody else may have changed: not those with another outcome, and not those outside the list. */
function* compareUntouched(
  { target, before, after }: Evidence,
  key: string,
  item: ItemReport | undefined,
  history: readonly LedgerEntry[],
): Generator<string> {
  const who = item === undefined ? `${key}, not on the list,` : `${key}, reported as ${item.outcome},`;
  if (history.length > 0) yield `${who} was written ${history.length} times.`;
  if (before.get(key) !== after.get(key)) yield `${who} was ${before.get(key)} and is ${after.get(key)}.`;
  if (item?.outcome === 'unchanged' && before.get(key) !== target)
    yield `${who} was not ${target} but ${before.get(key)}.`;
}
