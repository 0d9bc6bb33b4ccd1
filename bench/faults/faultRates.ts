import type { FaultRule } from '../../local/graph/faults/faultRule.ts';

/** How often things fail: never, a few requests in a hundred, often, or nearly always. */
export type FaultRate = 'none' | 'low' | 'medium' | 'high';

/** The factor by which the odds of the rate "low" are multiplied. */
const FACTORS: Readonly<Record<FaultRate, number>> = { none: 0, low: 1, medium: 4, high: 12 };

type GraphFault = FaultRule['fault'];

/** The longest that Graph is waited for, in seconds: what hangs longer is given up. */
export const GRAPH_TIMEOUT_SECONDS = 3;
const LONGER_THAN_THE_TIMEOUT_MS = GRAPH_TIMEOUT_SECONDS * 1000 + 500;
/** A write that hangs so long is carried out after all, and its worker may have lost the lane meanwhile. */
const LATE_MS = 1_500;

/**
 * Faults of whole answers: of batches, and of the few requests that stand alone. Each with its odds at the rate "low".
 */
const ENVELOPES: readonly (readonly [number, GraphFault])[] = [
  [0.004, { status: 429, retryAfterSeconds: 1 }],
  [0.004, { status: 429, retryAfterSeconds: null }],
  [0.006, { status: 500 }],
  [0.006, { status: 502, html: true }],
  [0.006, { status: 503, retryAfterSeconds: 1 }],
  [0.004, { status: 503, html: true }],
  [0.006, { status: 504 }],
  [0.01, { truncate: true }],
  [0.002, { hangMs: LONGER_THAN_THE_TIMEOUT_MS }],
  [0.004, { hangMs: LATE_MS, thenApply: true }],
  [0.01, { resetConnection: true }],
  [0.015, { dropAnswer: true }],
  [0.015, { omitItems: 3 }],
  [0.02, { reorder: true }],
];

/** Faults of single requests within a batch. */
const ITEMS: readonly (readonly [number, GraphFault])[] = [
  [0.002, { status: 429, retryAfterSeconds: 1 }],
  [0.002, { status: 429, retryAfterSeconds: null }],
  [0.002, { status: 500 }],
  [0.002, { status: 503 }],
  [0.001, { resetConnection: true }],
  [0.001, { dropAnswer: true }],
  [0.001, { truncate: true }],
];

/** The rules that make the simulator fail so often. */
export function graphFaults(rate: FaultRate): FaultRule[] {
  const factor = FACTORS[rate];
  if (factor === 0) return [];
  return [
    ...ENVELOPES.map(
      ([odds, fault]): FaultRule => ({ match: { batchItem: false }, probability: odds * factor, fault }),
    ),
    ...ITEMS.map(([odds, fault]): FaultRule => ({ match: { batchItem: true }, probability: odds * factor, fault })),
  ];
}

/**
 * The possible faults of a request to Table Storage.
 * - `refuse`: the connection is reset before the request is carried out
 * - `error`: 500 instead
 * - `busy`: 503 instead
 * - `hang`: nothing happens for a while, then the connection closes
 * - `late`: it is carried out after a while
 * - `dropAnswer`: it is carried out, and the connection is reset before the answer
 */
export const tableFaultKinds = ['refuse', 'error', 'busy', 'hang', 'late', 'dropAnswer'] as const;
export type TableFault = (typeof tableFaultKinds)[number];

/** The odds of each fault. */
export type TableOdds = Readonly<Record<TableFault, number>>;

const TABLES_AT_LOW: TableOdds = {
  refuse: 0.005,
  error: 0.003,
  busy: 0.005,
  hang: 0.0005,
  late: 0.003,
  dropAnswer: 0.01,
};

export function tableOdds(rate: FaultRate): TableOdds {
  const factor = FACTORS[rate];
  const scaled = tableFaultKinds.map((kind) => [kind, TABLES_AT_LOW[kind] * factor * (rate === 'high' ? 2 : 1)]);
  return Object.fromEntries(scaled) as TableOdds;
}
