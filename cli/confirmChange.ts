import { randomUUID } from 'node:crypto';
import { operationViewSchema } from '../shared/http/operationView.ts';
import type { ChangeRequest } from './changeRequest.ts';
import { confirm, UNASKED_MOST } from './confirm.ts';
import { follow } from './follow.ts';
import { nothingChanged, whenInterrupted } from './interruption.ts';
import { grouped } from './lists.ts';
import { riskOf } from './risk.ts';
import type { Session } from './session.ts';

/** A dry run takes one request to Microsoft Graph for every 20 users, so this many take a few seconds at most. */
const PREVIEWED_MOST = 5_000;

/**
 * Asks before more than a few users lose per-user MFA, or a safety check is overridden for them. Only users whose state
 * would change count. A dry run counts them.
 * @throws Failure when the answer is no, or when there is no interactive terminal
 */
export async function confirmChange(request: ChangeRequest, session: Session): Promise<void> {
  const risk = riskOf(request.state, request.acknowledge);
  if (risk === undefined || request.dryRun) return;
  const named = request.users?.length;
  if (named !== undefined && named <= UNASKED_MOST) return;
  if (named !== undefined && named > PREVIEWED_MOST)
    return confirm(`Up to ${grouped(named)} users change to ${request.state} (${risk}).`, session.terminal);

  session.terminal.note('A dry run counts the users that would change.');
  const dryRun = { ...request, notify: false, dryRun: true };
  const { body } = await session.api.post('state-changes', dryRun, randomUUID());
  const { counts, references } = await follow(operationViewSchema.parse(body), session, nothingChanged);
  whenInterrupted(nothingChanged);
  // A reference that failed now, such as a group that could not be read, may succeed the next time.
  const certain = counts.failed === 0;
  const most = counts.wouldChange + counts.failed;
  if (most <= UNASKED_MOST && (certain || named !== undefined)) return;
  const users = `${grouped(most)} of ${grouped(references)} users`;
  const subject = certain ? users : named === undefined ? 'Members of the group' : `Up to ${users}`;
  await confirm(`${subject} change to ${request.state} (${risk}).`, session.terminal);
}
