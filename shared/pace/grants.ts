/** A number of writes that may start at a time, in milliseconds since 1970. The time may be in the future. */
export interface Grant {
  readonly at: number;
  readonly writes: number;
}

/** At most `writes` in any window of `windowMs`, tumbling or sliding. */
export interface Limit {
  readonly writes: number;
  readonly windowMs: number;
}

/**
 * The earliest time, from `from` on, at which `writes` more writes can start without any window exceeding the limit.
 *
 * Only windows that end at the new grant or at a later one can become too full, so only these are checked. A window stops
 * being too full only when a grant leaves it, so only those times are tried.
 * @param grants in order of time
 */
export function earliestStart(grants: readonly Grant[], writes: number, from: number, limit: Limit): number {
  const candidates = [from, ...grants.map((grant) => grant.at + limit.windowMs).filter((time) => time > from)];
  candidates.sort((a, b) => a - b);
  const fits = candidates.find((start) => roomAt(grants, start, limit) >= writes);
  return fits ?? Math.max(...candidates);
}

/** How many more writes can start at this time without any window exceeding the limit. */
export function roomAt(grants: readonly Grant[], start: number, { writes, windowMs }: Limit): number {
  const held = windowEnds(grants, start, windowMs).map((end) => heldBy(grants, end, windowMs));
  return writes - Math.max(...held);
}

/** The ends of the windows that a grant at this time is in: this time, and each later grant within a window. */
function windowEnds(grants: readonly Grant[], start: number, windowMs: number): number[] {
  return [start, ...grants.map((grant) => grant.at).filter((at) => at > start && at < start + windowMs)];
}

/** Writes granted in the window of this length that ends at `end`, both ends counted but the first instant. */
function heldBy(grants: readonly Grant[], end: number, windowMs: number): number {
  let held = 0;
  for (const grant of grants) if (grant.at > end - windowMs && grant.at <= end) held += grant.writes;
  return held;
}

/** Adds a grant in order of time and drops grants that are older than any window. */
export function addGrant(grants: readonly Grant[], grant: Grant, now: number, windowMs: number): Grant[] {
  const kept = grants.filter((old) => old.at > now - windowMs);
  const index = kept.findIndex((old) => old.at > grant.at);
  kept.splice(index < 0 ? kept.length : index, 0, grant);
  return kept;
}

/**
 * Joins grants of the same time slot into one at the end of the slot, so that the list stays short however many small
 * grants there are. Joining again changes nothing, and no grant moves by a whole slot. A limit on joined grants must use a
 * window that is longer by `slotMs`, a whole number.
 */
export function joinGrants(grants: readonly Grant[], slotMs: number): Grant[] {
  const joined: Grant[] = [];
  for (const grant of grants) {
    const at = Math.ceil(grant.at / slotMs) * slotMs;
    const last = joined.at(-1);
    if (last?.at === at) joined[joined.length - 1] = { at, writes: last.writes + grant.writes };
    else joined.push({ at, writes: grant.writes });
  }
  return joined;
}
