/** How much each benchmark does, and how often. */
export interface Sizes {
  readonly apply: {
    readonly users: number;
    readonly runs: number;
    /** Users that the scripts change in each run. */
    readonly oneByOneUsers: number;
    readonly batchedUsers: number;
    /** Users whose requests to Table Storage are counted. */
    readonly countedUsers: number;
  };
  readonly pace: {
    readonly users: number;
    /** How often the operation runs under each way to count the quota. */
    readonly runs: number;
    readonly writes: number;
    readonly windowSeconds: number;
  };
  readonly accept: {
    readonly perSecond: number;
    readonly seconds: number;
    readonly runs: number;
    readonly references: number;
    /** How often the large request is sent, each time to a new host. */
    readonly largeRuns: number;
  };
  readonly audit: {
    readonly users: number;
    /** The size of the tenant whose memory is compared. */
    readonly fewUsers: number;
    readonly runs: number;
    /** Users that the script reads. */
    readonly scriptUsers: number;
  };
  readonly coldstart: { readonly runs: number };
  readonly idle: { readonly seconds: number };
  readonly oddUsers: {
    /** Users of each request, the odd one among them. */
    readonly users: number;
    readonly runs: number;
    /** The size of the tenant that is swept. */
    readonly sweptUsers: number;
  };
  readonly fairness: {
    /** Single users that are timed alone, and during the lists. */
    readonly singles: number;
    readonly dryRuns: number;
    readonly dryRunUsers: number;
    readonly lists: number;
    readonly listUsers: number;
  };
  readonly questions: {
    /** Entries of the audit record. */
    readonly entries: number;
  };
}

export const fullSizes: Sizes = {
  apply: { users: 20_000, runs: 3, oneByOneUsers: 200, batchedUsers: 2_000, countedUsers: 2_000 },
  pace: { users: 1_500, runs: 2, writes: 300, windowSeconds: 15 },
  accept: { perSecond: 50, seconds: 10, runs: 3, references: 100_000, largeRuns: 3 },
  audit: { users: 100_000, fewUsers: 10_000, runs: 1, scriptUsers: 500 },
  coldstart: { runs: 11 },
  idle: { seconds: 120 },
  oddUsers: { users: 2_000, runs: 3, sweptUsers: 2_000 },
  fairness: { singles: 30, dryRuns: 150, dryRunUsers: 100, lists: 5, listUsers: 10_000 },
  questions: { entries: 1_000_000 },
};

/** To see whether the benchmarks work. What they find says nothing. */
export const smallSizes: Sizes = {
  apply: { users: 2_000, runs: 2, oneByOneUsers: 20, batchedUsers: 200, countedUsers: 500 },
  pace: { users: 120, runs: 1, writes: 60, windowSeconds: 5 },
  accept: { perSecond: 20, seconds: 3, runs: 2, references: 10_000, largeRuns: 2 },
  audit: { users: 3_000, fewUsers: 1_000, runs: 1, scriptUsers: 20 },
  coldstart: { runs: 3 },
  idle: { seconds: 5 },
  oddUsers: { users: 200, runs: 1, sweptUsers: 300 },
  fairness: { singles: 3, dryRuns: 10, dryRunUsers: 100, lists: 2, listUsers: 1_000 },
  questions: { entries: 20_000 },
};
