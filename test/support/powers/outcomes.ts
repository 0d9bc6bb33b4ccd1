import type { OperationItemView } from '../../../shared/http/itemView.ts';
import { madeBy } from './judge.ts';
import type { Evidence } from './tenant.ts';
import { without } from './without.ts';

/** Results of users that the record has, with their events. */
const EVENTS: Partial<Record<OperationItemView['outcome'], string>> = {
  applied: 'stateChanged',
  refused: 'stateChangeRefused',
  failed: 'stateChangeFailed',
  superseded: 'stateChangeSuperseded',
};

/** The difference between the results of users in finished operations, and those in the audit record. */
export function brokenOutcomes({ items, entries, acts, operations }: Evidence): string[] {
  const decided = [...items].flatMap(([id, users]) =>
    users.flatMap(({ userId, reference, outcome, detail }) => {
      const event = EVENTS[outcome];
      if (event === undefined) return [];
      return [[event, id, madeBy(id, acts)?.caller.id, userId ?? reference, detail?.code].join(' ')];
    }),
  );
  const events = Object.values(EVENTS);
  const recorded = entries
    .filter(({ event, operationId }) => events.includes(event) && isJudged(operationId, operations))
    .map(({ event, operationId, actor, userId, reference, code }) =>
      [event, operationId, actor.id, userId ?? reference, code].join(' '),
    );
  return [
    ...without(decided, recorded).map((key) => `a result that is not on the record: ${key}`),
    ...without(recorded, decided).map((key) => `a result on the record that no user has: ${key}`),
  ];
}

/** A dry run changes no user, so that it has no entry about one: an entry that it has all the same is found here. */
function isJudged(id: string | null, operations: Evidence['operations']): boolean {
  const operation = operations.get(id ?? '');
  return operation === undefined || operation.dryRun || operation.finishedDateTime !== null;
}
