import { LANES, laneName } from '../domain/lane.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { UserStore } from '../users/userStore.ts';
import { idsOf } from './openUser.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';

/** Users that Graph is asked about. More than one, because a user may be deleted. */
const WITNESSES = 5;

/**
 * Whether Graph answers for another user of the chunk, else for one that the service knows. Then it is not out, and users
 * that it does not answer for are themselves the cause.
 * @param silent ids of users that Graph does not answer for
 */
export async function answersForOthers(
  chunk: Chunk,
  silent: ReadonlySet<string>,
  { graph, users, now }: { readonly graph: SendToGraph; readonly users: UserStore; readonly now: () => number },
): Promise<boolean> {
  const finished = idsOf(chunk.users.filter(({ outcome }) => outcome !== null && outcome.outcome !== 'failed'));
  const others = finished.length > 0 ? finished : await knownUsers(chunk.lane, silent, users);
  const witnesses = others.filter((id) => !silent.has(id)).slice(0, WITNESSES);
  const states = await readStates(graph, witnesses, now, { batchSize: 1, timeoutMs: READ_TIMEOUT_MS });
  return [...states.values()].some(({ kind }) => kind === 'known');
}

/** Some known users: of this lane, else of the first other lane that has any. */
async function knownUsers(lane: string, silent: ReadonlySet<string>, users: UserStore): Promise<string[]> {
  for (let offset = 0; offset < LANES; offset++) {
    const known = await users.knownIn(laneName((Number(lane) + offset) % LANES), WITNESSES + silent.size);
    const others = known.filter((id) => !silent.has(id));
    if (others.length > 0) return others;
  }
  return [];
}
