import { needMeanings } from '../shared/domain/assessment.ts';
import type { OperationView } from '../shared/http/operationView.ts';
import { grouped } from './lists.ts';

/** What the approval of an operation says to people; empty when it needs none. */
export function approvalText({ approval }: Pick<OperationView, 'approval'>): string[] {
  if (approval === undefined) return [];
  const { lowered, needs, expiresDateTime, decision, decidedBy, decidedDateTime, reason } = approval;
  const users = `${grouped(lowered)} ${lowered === 1 ? 'user' : 'users'}`;
  switch (decision) {
    case null:
      return [
        `A second person must approve lowering the states of ${users} until ${expiresDateTime}, because ${needs.map((need) => needMeanings[need]).join(', and ')}.`,
      ];
    case 'expired':
      return [`No second person approved lowering the states of ${users} until ${expiresDateTime}.`];
    default:
      return [
        `Lowering the states of ${users} was ${decision} by ${decidedBy?.name ?? decidedBy?.id} at ${decidedDateTime}: ${reason}`,
      ];
  }
}
