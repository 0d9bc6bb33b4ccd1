import type { DecisionEntry } from '../audit/decisions.ts';
import type { Actor } from '../domain/operation.ts';
import { haltedView, resumedView, type WriteHaltView } from '../http/haltView.ts';
import type { Dependencies } from './dependencies.ts';

/** The record of a switch is finished by the same request if it is sent again within this time. */
const FINISH_RECORD_MS = 60 * 60_000;

type HaltDependencies = Pick<Dependencies, 'writeHalt' | 'recordDecision' | 'now'>;

/** Halts all writes, on the record. */
export async function haltWrites(reason: string, actor: Actor, deps: HaltDependencies): Promise<WriteHaltView> {
  const { halt, isNew } = await deps.writeHalt.halt(reason, actor);
  await record('writesHalted', { actor: halt.by, reason: halt.reason, at: halt.since }, isNew, deps);
  return haltedView(halt, isNew);
}

/** Ends the halt, on the record. */
export async function resumeWrites(actor: Actor, deps: HaltDependencies): Promise<WriteHaltView> {
  const { ended, isNew } = await deps.writeHalt.resume(actor);
  if (ended !== undefined) {
    const { by, at, halt } = ended;
    await record('writesResumed', { actor: by, reason: halt.reason, at, requestedBy: halt.by }, isNew, deps);
  }
  return resumedView(ended, isNew);
}

/** The entry of the same switch has the same key, so it is recorded once, also when a process ended in between. */
async function record(
  event: 'writesHalted' | 'writesResumed',
  about: Pick<DecisionEntry, 'actor' | 'reason' | 'at' | 'requestedBy'>,
  isNew: boolean,
  { recordDecision, now }: HaltDependencies,
): Promise<void> {
  if (!isNew && now() - Date.parse(about.at) > FINISH_RECORD_MS) return;
  await recordDecision({
    event,
    userId: null,
    reference: '',
    operationId: null,
    acceptedAt: null,
    ...about,
    id: `halt-${Date.parse(about.at)}`,
  });
}
