import type { Random } from '../../local/graph/directory/random.ts';
import type { FaultRule } from '../../local/graph/faults/faultRule.ts';
import { between } from './draw.ts';
import type { FaultKind } from './faultKinds.ts';

/** How often things fail: never, a few requests in a hundred, often, or nearly always. */
export type FaultRate = 'none' | 'low' | 'medium' | 'high';

/** The factor by which the odds of the rate "low" are multiplied. */
const FACTORS: Readonly<Record<FaultRate, number>> = { none: 0, low: 1, medium: 4, high: 12 };

type GraphFault = FaultRule['fault'];

/** The longest that Graph is waited for, in seconds: what hangs longer is given up. */
export const GRAPH_TIMEOUT_SECONDS = 3;
export const LONGER_THAN_THE_TIMEOUT_MS = GRAPH_TIMEOUT_SECONDS * 1000 + 500;
/** How often each steady fault happens, about. */
const STEADY_TIMES = 3;
/** A write that hangs so long is carried out after all, and its worker may have lost the lane meanwhile. */
const LATE_MS = 1_500;

/** A fault of Graph: its odds at the rate "low", and what happens. */
type Fault = readonly [number, GraphFault];

/** Faults of whole answers: of batches, and of the few requests that stand alone. */
const ENVELOPES = {
  batch401: [0.002, { status: 401 }],
  batch429: [0.004, { status: 429, retryAfterSeconds: 1 }],
  batch429WithoutTime: [0.004, { status: 429, retryAfterSeconds: null }],
  batch500: [0.006, { status: 500 }],
  batch502Page: [0.006, { status: 502, html: true }],
  batch503: [0.006, { status: 503, retryAfterSeconds: 1 }],
  batch503Page: [0.004, { status: 503, html: true }],
  batch504: [0.006, { status: 504 }],
  answerTruncated: [0.01, { truncate: true }],
  batchHangs: [0.002, { hangMs: LONGER_THAN_THE_TIMEOUT_MS }],
  batchSlow: [0.004, { hangMs: LATE_MS, thenApply: true }],
  batchReset: [0.01, { resetConnection: true }],
  answerDropped: [0.015, { dropAnswer: true }],
  answersOmitted: [0.015, { omitItems: 3 }],
  answersReordered: [0.02, { reorder: true }],
} as const satisfies Partial<Record<FaultKind, Fault>>;

/** Faults of single requests within a batch. */
const ITEMS = {
  item401: [0.001, { status: 401 }],
  item429: [0.002, { status: 429, retryAfterSeconds: 1 }],
  item429WithoutTime: [0.002, { status: 429, retryAfterSeconds: null }],
  item500: [0.002, { status: 500 }],
  item503: [0.002, { status: 503 }],
  itemReset: [0.001, { resetConnection: true }],
  itemAnswerDropped: [0.001, { dropAnswer: true }],
  itemAnswerTruncated: [0.001, { truncate: true }],
} as const satisfies Partial<Record<FaultKind, Fault>>;

/** Faults of writes alone. */
const WRITES = {
  lateWrite: [0, { hangMs: LONGER_THAN_THE_TIMEOUT_MS, thenApply: true }],
} as const satisfies Partial<Record<FaultKind, Fault>>;

type GraphFaultKind = keyof typeof ENVELOPES | keyof typeof ITEMS | keyof typeof WRITES;

/** Whole answers, requests within batches, and writes among them: what each fault of Graph is about. */
const GROUPS = [
  { of: 'envelopes', match: { batchItem: false }, faults: ENVELOPES },
  { of: 'items', match: { batchItem: true }, faults: ITEMS },
  { of: 'writes', match: { batchItem: true, method: 'PATCH' }, faults: WRITES },
] as const;

export const graphFaultKinds: readonly GraphFaultKind[] = GROUPS.flatMap(
  ({ faults }) => Object.keys(faults) as GraphFaultKind[],
);

/**
 * The rules that make the simulator fail so often. The id of each begins with its kind and a slash, and is the same for
 * every rate, so that a new rate replaces the one before.
 */
export function graphFaults(rate: FaultRate): FaultRule[] {
  return GROUPS.flatMap(({ match, faults }) =>
    Object.entries<Fault>(faults).map(
      ([kind, [odds, fault]]): FaultRule => ({
        id: `${kind}/rate`,
        match,
        probability: odds * FACTORS[rate],
        fault,
      }),
    ),
  );
}

/** About how many requests to Graph a campaign makes. */
export type ExpectedRequests = Readonly<Record<(typeof GROUPS)[number]['of'], number>>;

/**
 * Rules that let each kind of fault happen a few times, spread over the whole campaign by the requests that it is about.
 * They stay until the end.
 */
export function steadyFaults(random: Random, expected: ExpectedRequests): FaultRule[] {
  return GROUPS.flatMap(({ of, match, faults }) =>
    Object.entries<Fault>(faults).map(([kind, [, fault]]): FaultRule => {
      const every = Math.max(2, Math.ceil(expected[of] / STEADY_TIMES));
      return { id: `${kind}/steady`, match, every, after: between(random, 0, every - 1), fault };
    }),
  );
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
