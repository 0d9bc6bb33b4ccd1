import { z } from 'zod';
import { laneOf } from '../../domain/lane.ts';
import { mfaStateSchema } from '../../domain/mfaState.ts';
import { actorSchema } from '../../domain/operation.ts';
import type { AuditedEvent, AuditedState } from '../../graph/directoryAudits.ts';
import { groupBy } from '../../groupBy.ts';
import type { Sweep } from '../sweep.ts';
import { type StagedPages, stagedOf } from './stagedPages.ts';

const eventBase = { id: z.string(), at: z.string(), userId: z.string() };

/** The events of one page about the users of one lane. */
const stagedTrailSchema = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('registration'), ...eventBase }),
    z.object({
      kind: z.literal('state'),
      ...eventBase,
      from: mfaStateSchema.optional(),
      to: mfaStateSchema,
      by: actorSchema.optional(),
    }),
  ]),
);

/** What the audit log of Entra has about one user, oldest first. */
export interface Trail {
  readonly states: readonly AuditedState[];
  /** When the user registered security infos, ISO 8601. */
  readonly registrations: readonly string[];
}

export const NO_TRAIL: Trail = { states: [], registrations: [] };

/** Stages the events of a page of the audit log. */
export async function putStagedTrail(
  staged: StagedPages,
  sweep: Sweep,
  page: number,
  events: readonly AuditedEvent[],
): Promise<void> {
  await staged.put(
    stagedOf(sweep, 'trail'),
    page,
    groupBy(events, ({ userId }) => laneOf(userId)),
  );
}

/** The staged events about the users of a lane, by object id. An event that two pages repeat counts once. */
export async function readStagedTrail(
  staged: StagedPages,
  sweep: Sweep,
  lane: string,
): Promise<ReadonlyMap<string, Trail>> {
  const events = new Map<string, AuditedEvent>();
  for await (const page of staged.read(stagedOf(sweep, 'trail'), lane, stagedTrailSchema))
    for (const event of page)
      events.set(
        `${event.id} ${event.userId}`,
        event.kind === 'state' ? { ...event, from: event.from, by: event.by } : event,
      );
  // The log is newest first: events of the same moment keep their order.
  const oldestFirst = [...events.values()].reverse().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  return new Map(
    [...groupBy(oldestFirst, ({ userId }) => userId)].map(([userId, members]) => [
      userId,
      {
        states: members.filter((event) => event.kind === 'state'),
        registrations: members.filter(({ kind }) => kind === 'registration').map(({ at }) => at),
      },
    ]),
  );
}
