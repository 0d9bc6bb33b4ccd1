import type { Child } from '../../local/child.ts';
import type { Stack } from '../../local/stack.ts';
import type { Slot } from './plan.ts';

/** The two hosts, which come and go. What is asked of one host is done in order. */
export interface Hosts {
  /** How many were killed. */
  readonly kills: number;
  /** The address of a host's API; of the last one in its place while there is none. */
  apiUrl(slot: Slot): string;
  /** Ends a host at once. Nothing happens to one that is not there. */
  kill(slot: Slot): Promise<void>;
  /** Starts a host unless it is there. */
  start(slot: Slot): Promise<void>;
}

/** @param stack with exactly two hosts */
export function twoHosts(stack: Pick<Stack, 'parts' | 'addHost'>): Hosts {
  const [first, second] = stack.parts.hosts as [Child, Child];
  const places = [placeOf(first), placeOf(second)] as const;
  let kills = 0;
  const inTurn = (slot: Slot, work: (place: Place) => Promise<void>): Promise<void> => {
    const place = places[slot];
    const mine = place.turn.then(() => work(place));
    place.turn = mine.catch(() => {}); // whoever asked is told
    return mine;
  };
  return {
    get kills() {
      return kills;
    },
    apiUrl: (slot) => places[slot].apiUrl,
    kill: (slot) =>
      inTurn(slot, async (place) => {
        if (place.host === undefined) return;
        kills++;
        const { host } = place;
        place.host = undefined;
        await host.kill();
      }),
    start: (slot) =>
      inTurn(slot, async (place) => {
        if (place.host !== undefined) return;
        place.host = await stack.addHost();
        place.apiUrl = apiUrlOf(place.host);
      }),
  };
}

interface Place {
  host: Child | undefined;
  apiUrl: string;
  turn: Promise<void>;
}

function placeOf(host: Child): Place {
  return { host, apiUrl: apiUrlOf(host), turn: Promise.resolve() };
}

function apiUrlOf(host: Child): string {
  return `${host.ready.url}/api`;
}
