import { randomUUID } from 'node:crypto';
import { operationItemViewSchema } from '../shared/http/itemView.ts';
import { type OperationView, operationViewSchema } from '../shared/http/operationView.ts';
import { type ChangeRequest, countUsers, sendChange } from './changeRequest.ts';
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
  const { state, acknowledge, file } = request;
  // Of a file with a state for each user, only those who are disabled are at risk, unless a check is overridden.
  const onlyDisabled = state === undefined && acknowledge.length === 0;
  const risk = riskOf(state === undefined ? [...(file?.disabled ? ['disabled' as const] : [])] : [state], acknowledge);
  if (risk === undefined || request.dryRun) return;
  const named = onlyDisabled ? file?.disabled : countUsers(request);
  const target = onlyDisabled ? 'disabled' : (state ?? 'the states of the file');
  if (named !== undefined && named <= UNASKED_MOST) return;
  if (named !== undefined && named > PREVIEWED_MOST)
    return confirm(`Up to ${grouped(named)} users change to ${target} (${risk}).`, session.terminal);

  session.terminal.note('A dry run counts the users that would change.');
  const dryRun = { ...request, notify: false, dryRun: true };
  const accepted = operationViewSchema.parse(await sendChange(dryRun, randomUUID(), session));
  const finished = await follow(accepted, session, nothingChanged);
  whenInterrupted(nothingChanged);
  const { counts, references } = finished;
  // A reference that failed now, such as a group that could not be read, may succeed the next time.
  const certain = counts.failed === 0;
  const wouldChange = onlyDisabled ? await countDisabled(finished, session) : counts.wouldChange;
  const most = wouldChange + counts.failed;
  if (most <= UNASKED_MOST && (certain || named !== undefined)) return;
  const users = `${grouped(most)} of ${grouped(references)} users`;
  const subject = certain ? users : named === undefined ? 'Members of the group' : `Up to ${users}`;
  await confirm(`${subject} change to ${target} (${risk}).`, session.terminal);
}

/** The users of a dry run that would be disabled. */
async function countDisabled({ id }: OperationView, { api }: Session): Promise<number> {
  let users = 0;
  for await (const item of api.list(`operations/${id}/items?status=wouldChange`))
    if (operationItemViewSchema.parse(item).detail?.to === 'disabled') users++;
  return users;
}
