import { type Random, seededRandom } from '../../local/graph/directory/random.ts';

/** A stream of its own for each thing that is drawn: what one draws more or less of leaves the others as they are. */
export function streamOf(seed: number, what: string): Random {
  let hash = seed | 0;
  for (const character of what) hash = Math.imul(hash ^ (character.codePointAt(0) as number), 0x01000193);
  return seededRandom(hash);
}

/** A whole number, both ends included. */
export function between(random: Random, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}

/** So many elements of a list, each at most once, in random order. */
export function sample<T>(random: Random, list: readonly T[], size: number): T[] {
  const rest = [...list];
  return Array.from({ length: Math.min(size, rest.length) }, () => {
    const index = Math.floor(random() * rest.length);
    const [chosen] = rest.splice(index, 1, rest.at(-1) as T);
    rest.pop();
    return chosen as T;
  });
}

/** Times in [from, to), in order. */
export function times(random: Random, count: number, from: number, to: number): number[] {
  return Array.from({ length: count }, () => Math.floor(from + random() * (to - from))).sort((a, b) => a - b);
}
