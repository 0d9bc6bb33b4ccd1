/** Writes that were allowed to start at a time, in milliseconds since 1970. Times may lie in the future. */
export interface Grant {
  readonly at: number;
  readonly writes: number;
}

/** At most `writes` in any `windowMs` that one looks at, tumbling or sliding. */
export interface Limit {
  readonly writes: number;
  readonly windowMs: number;
}

/**
 * The earliest time, from `from` on, at which `writes` more can start so that no window of the length holds more than
 * the limit.
 *
 * A window that could come to hold too many ends at the new grant or at a later one, so only those are looked at; and
 * it stops being too full only when a grant leaves it, so only those times are tried.
 * @param grants in order of time
 */
export function earliestStart(grants: readonly Grant[], writes: number, from: number, limit: Limit): number {
  const candidates = [from, ...grants.map((grant) => grant.at + limit.windowMs).filter((time) => time > from)];
  candidates.sort((a, b) => a - b);
  const fits = candidates.find((start) => roomAt(grants, start, limit) >= writes);
  return fits ?? (candidates.at(-1) as number);
}

/** How many more writes can start at this time, so that no window of the length holds more than the limit. */
export function roomAt(grants: readonly Grant[], start: number, { writes, windowMs }: Limit): number {
  const held = windowEnds(grants, start, windowMs).map((end) => heldBy(grants, end, windowMs));
  return writes - Math.max(...held);
}

/** The ends of the windows that a grant at this time could crowd: there, and at each later grant within the length. */
function windowEnds(grants: readonly Grant[], start: number, windowMs: number): number[] {
  return [start, ...grants.map((grant) => grant.at).filter((at) => at > start && at < start + windowMs)];
}

/** Writes granted in the window of this length that ends at `end`, both ends counted but the first instant. */
function heldBy(grants: readonly Grant[], end: number, windowMs: number): number {
  let held = 0;
  for (const grant of grants) if (grant.at > end - windowMs && grant.at <= end) held += grant.writes;
  return held;
}

/** Adds a grant in its place and drops what no window can hold any more. */
export function addGrant(grants: readonly Grant[], grant: Grant, now: number, windowMs: number): Grant[] {
  const kept = grants.filter((old) => old.at > now - windowMs);
  const index = kept.findIndex((old) => old.at > grant.at);
  kept.splice(index < 0 ? kept.length : index, 0, grant);
  return kept;
}

/**
 * Joins grants that fall into the same slot of time, as if all had started at its end, so that the list stays short
 * however many small grants there are. Joining again changes nothing: no grant is ever moved by as much as a slot. Who
 * keeps a limit with joined grants makes its window longer by `slotMs`, a whole number.
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
