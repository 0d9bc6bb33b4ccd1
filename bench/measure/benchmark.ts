import { type Spread, shown } from './samples.ts';
import type { Sizes } from './sizes.ts';

/** A number, numbers of one kind that were measured several times, or numbers by name. */
export type Measure = number | Spread | Readonly<Record<string, number>>;

/** A target of a benchmark, with the measured value. */
export interface Target {
  readonly what: string;
  readonly target: string;
  /** Null where the system does not tell. */
  readonly value: number | null;
  readonly reached: boolean;
}

/** The result of a benchmark. The names of measures end with their unit, if they have one. */
export interface Findings {
  readonly measures: Readonly<Record<string, Measure>>;
  readonly targets: readonly Target[];
  /** Notes that explain the numbers. */
  readonly notes: readonly string[];
}

/** The dependencies of a benchmark. */
export interface Ground {
  readonly sizes: Sizes;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  readonly newId: () => string;
  /** Receives a description of the next step. */
  readonly onProgress: (text: string) => void;
}

/** Starts what it needs, measures beside its baselines, and stops everything. */
export type Benchmark = (ground: Ground) => Promise<Findings>;

export function atLeast(what: string, least: number, value: number): Target {
  return { what, target: `at least ${least}`, value: shown(value), reached: value >= least };
}

/** @param value undefined where the system does not tell: then it is not known to be reached */
export function atMost(what: string, most: number, value: number | undefined): Target {
  const target = `at most ${most}`;
  if (value === undefined) return { what, target, value: null, reached: false };
  return { what, target, value: shown(value), reached: value <= most };
}
