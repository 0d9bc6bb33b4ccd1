import { LANES, laneName } from '../domain/lane.ts';
import type { SendToGraph } from '../graph/graph.ts';
import { readStates } from '../graph/requirements.ts';
import type { Chunk } from '../operations/chunk.ts';
import type { UserStore } from '../users/userStore.ts';
import { idsOf } from './openUser.ts';
import { READ_TIMEOUT_MS } from './readTimeout.ts';

/** So many users are asked about at a time. More than one, because a user may be deleted, or odd too. */
const WITNESSES = 5;

interface Witnesses {
  readonly graph: SendToGraph;
  readonly users: UserStore;
  readonly now: () => number;
}

/**
 * Whether Graph answers for another user of the chunk, else for one that the service knows. Then it is not out, and users
 * that it does not answer for are themselves the cause.
 * @param silent ids of users that Graph does not answer for
 */
export async function answersForOthers(chunk: Chunk, silent: ReadonlySet<string>, deps: Witnesses): Promise<boolean> {
  const finished = idsOf(chunk.users.filter(({ outcome }) => outcome !== null && outcome.outcome !== 'failed'));
  const neighbours = finished.filter((id) => !silent.has(id)).slice(0, WITNESSES);
  if (await answersForOneOf(neighbours, deps)) return true;
  return answersForOneOf(await knownUsers(chunk.lane, new Set([...silent, ...neighbours]), deps.users), deps);
}

async function answersForOneOf(ids: readonly string[], { graph, now }: Witnesses): Promise<boolean> {
  const states = await readStates(graph, ids, now, { batchSize: 1, timeoutMs: READ_TIMEOUT_MS });
  return [...states.values()].some(({ kind }) => kind === 'known');
}

/** Some known users: of this lane, and of others as far as they are needed. */
async function knownUsers(lane: string, without: ReadonlySet<string>, users: UserStore): Promise<string[]> {
  const found: string[] = [];
  for (let offset = 0; offset < LANES && found.length < WITNESSES; offset++) {
    const known = await users.knownIn(laneName((Number(lane) + offset) % LANES), WITNESSES + without.size);
    found.push(...known.filter((id) => !without.has(id)));
  }
  return found.slice(0, WITNESSES);
}
