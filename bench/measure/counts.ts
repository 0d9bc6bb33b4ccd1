/** Counters by name. */
export type Counts = Readonly<Record<string, number>>;

/** The increases between two moments, without unchanged counters. */
export function countsBetween(before: Counts, after: Counts): Record<string, number> {
  const added = Object.entries(after).map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)]);
  return Object.fromEntries(added.filter(([, count]) => count > 0));
}

export function mapCounts(counts: Counts, change: (count: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, change(count)]));
}

export function sumOf(counts: Counts): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Adds up counts of the same names. */
export function addCounts(some: Counts, more: Counts): Record<string, number> {
  const names = new Set([...Object.keys(some), ...Object.keys(more)]);
  return Object.fromEntries([...names].map((name) => [name, (some[name] ?? 0) + (more[name] ?? 0)]));
}
