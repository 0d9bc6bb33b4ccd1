import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../local/child.ts';
import type { Stack } from '../../local/stack.ts';
import type { Slot } from './step.ts';

/** The two hosts, which come and go. What is asked of one host is done in order. */
export interface Hosts {
  /** How many were killed, drained, and had their app restarted. */
  readonly counts: Readonly<HostCounts>;
  /** Whether both are there. */
  areUp(): boolean;
  /** The address of a host's API; of the last one in its place while there is none. */
  apiUrl(slot: Slot): string;
  /** Ends a host at once. One that is not there is started before, here and below: harm that no host meets is none. */
  kill(slot: Slot): Promise<void>;
  /** Drains a host as when instances are scaled in, and ends it then. */
  drain(slot: Slot): Promise<void>;
  /** Restarts the app in a host. */
  restart(slot: Slot): Promise<void>;
  /** Starts a host unless it is there. */
  start(slot: Slot): Promise<void>;
}

export interface HostCounts {
  kills: number;
  drains: number;
  restarts: number;
}

/** A host that is drained is ended even when functions still run: the platform waits no longer than this. */
const DRAINED_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;
const ANSWERS_WITHIN_MS = 60_000;

/** @param stack with exactly two hosts */
export function twoHosts(stack: Pick<Stack, 'parts' | 'addHost'>): Hosts {
  const [first, second] = stack.parts.hosts as [Child, Child];
  const places = [placeOf(first), placeOf(second)] as const;
  const counts: HostCounts = { kills: 0, drains: 0, restarts: 0 };
  const inTurn = (slot: Slot, work: (host: Child, place: Place) => Promise<void>): Promise<void> => {
    const place = places[slot];
    const mine = place.turn.then(async () => {
      if (place.host === undefined) {
        place.host = await stack.addHost();
        place.apiUrl = apiUrlOf(place.host);
      }
      return work(place.host, place);
    });
    place.turn = mine.catch(() => {}); // the caller gets the error
    return mine;
  };
  return {
    counts,
    areUp: () => places.every(({ host }) => host !== undefined),
    apiUrl: (slot) => places[slot].apiUrl,
    kill: (slot) =>
      inTurn(slot, async (host, place) => {
        counts.kills++;
        place.host = undefined;
        await host.kill();
      }),
    drain: (slot) =>
      inTurn(slot, async (host, place) => {
        counts.drains++;
        await drained(String(host.ready.url));
        place.host = undefined;
        await host.kill();
      }),
    restart: (slot) =>
      inTurn(slot, async (host) => {
        counts.restarts++;
        await control(String(host.ready.url), 'POST', 'restart');
      }),
    start: (slot) => inTurn(slot, async () => {}),
  };
}

/** Drains a host, and waits until its functions have ended. */
async function drained(hostUrl: string): Promise<void> {
  await control(hostUrl, 'POST', 'drain');
  for (let waitedMs = 0; waitedMs < DRAINED_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    const status = await (await control(hostUrl, 'GET', 'drain/status')).text();
    if (status.includes('"Completed"')) return;
    await delay(LOOK_EVERY_MS);
  }
}

/** @throws Error when the host answers with anything but success, or not in time */
async function control(hostUrl: string, method: string, what: string): Promise<Response> {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  const response = await fetch(`${hostUrl}/admin/host/${what}`, { method, signal });
  if (response.ok) return response;
  throw new Error(`${method} ${what} was answered with ${response.status}.`);
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
