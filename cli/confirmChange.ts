import { randomUUID } from 'node:crypto';
import { operationViewSchema } from '../shared/http/operationView.ts';
import type { ChangeRequest } from './changeRequest.ts';
import { confirm, UNASKED_MOST } from './confirm.ts';
import { follow } from './follow.ts';
import { nothingChanged, whenInterrupted } from './interruption.ts';
import { grouped } from './lists.ts';
import { riskOf } from './risk.ts';
import type { Session } from './session.ts';

/** Finding out who would be changed takes a request to Microsoft Graph for every 20 users: a few seconds at most. */
const PREVIEWED_MOST = 5_000;

/**
 * Asks before more than a few users lose their protection, or a safety check is overridden for them. Only users whose
 * state would change count: a dry run finds out how many they are.
 * @throws Failure when the answer is no, or nobody can be asked
 */
export async function confirmChange(request: ChangeRequest, session: Session): Promise<void> {
  const risk = riskOf(request.state, request.acknowledge);
  if (risk === undefined || request.dryRun) return;
  const named = request.users?.length;
  if (named !== undefined && named <= UNASKED_MOST) return;
  if (named !== undefined && named > PREVIEWED_MOST)
    return confirm(`Up to ${grouped(named)} users change to ${request.state} (${risk}).`, session.terminal);

  session.terminal.note('Finding out with a dry run who would be changed.');
  const dryRun = { ...request, notify: false, dryRun: true };
  const { body } = await session.api.post('state-changes', dryRun, randomUUID());
  const { counts, references } = await follow(operationViewSchema.parse(body), session, nothingChanged);
  whenInterrupted(nothingChanged);
  // What failed now, such as finding the members of a group, may not fail the next time.
  const certain = counts.failed === 0;
  const most = counts.wouldChange + counts.failed;
  if (most <= UNASKED_MOST && (certain || named !== undefined)) return;
  const users = `${grouped(most)} of ${grouped(references)} users`;
  const whom = certain ? users : named === undefined ? 'Members of the group' : `Up to ${users}`;
  await confirm(`${whom} change to ${request.state} (${risk}).`, session.terminal);
}
