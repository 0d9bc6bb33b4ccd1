/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** A stream of pseudo-random numbers (mulberry32): the same seed gives the same stream on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Four random hexadecimal digits from the upper 16 bits of a number of the stream. */
function fourDigits(random: Random): string {
  return (0x1_0000 + Math.floor(random() * 0x1_0000)).toString(16).slice(1);
}

/** A version 4 GUID made from the stream. */
export function randomGuid(random: Random): string {
  const [a, b, c, d, e, f] = [random, random, random, random, random, random].map(fourDigits);
  const version = fourDigits(random).slice(1);
  const variant = (0x8000 + Math.floor(random() * 0x4000)).toString(16);
  return `${a}${b}-${c}-4${version}-${variant}-${d}${e}${f}`;
}

/** One element of a list that is not empty. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random() * list.length)] as T;
}
