import type { TableClient } from '@azure/data-tables';
import type { OpenTable } from '../../tables/tables.ts';
import type { DigestStore } from '../digestStore.ts';
import { DigestChain } from './digestChain.ts';
import type { Finding } from './finding.ts';
import { purgedThrough } from './purgedThrough.ts';

/** The usual work of one page, in rows that are read, and its time: less than a gateway waits for an answer. */
const MAX_READS = 4_000;
const MAX_MS = 20_000;

export interface VerifyDependencies {
  readonly open: OpenTable;
  readonly digests: DigestStore;
  readonly now: () => number;
  /** The work of one page, in rows that are read. */
  readonly maxReads?: number;
}

/** What a verification has looked at. */
export interface VerifiedCounts {
  /** Digests whose chain was checked. */
  digests: number;
  /** Rows that are as they were sealed. */
  rows: number;
  /** Copies by user that are as their originals. */
  copies: number;
  /** Rows that were recorded after the last digest. */
  notSealed: number;
  /** Rows that were recorded before the first digest: nothing proves them. */
  beforeProof: number;
  /** Rows and copies that the retention has removed, as the record says. */
  purged: number;
}

/** One page of a verification: what it works with, what it may still do, and what it has found. */
export class Verification {
  readonly byTime: TableClient;
  readonly byUser: TableClient;
  readonly chain: DigestChain;
  /** The last day that the retention has removed; empty when there is none. */
  readonly purged: string;
  readonly now: number;
  readonly counts: VerifiedCounts = { digests: 0, rows: 0, copies: 0, notSealed: 0, beforeProof: 0, purged: 0 };
  readonly findings: Finding[] = [];
  readonly #told = new Set<string>();
  readonly #until: number;
  readonly #clock: () => number;
  #readsLeft: number;

  private constructor(
    tables: Pick<Verification, 'byTime' | 'byUser'>,
    proof: Pick<Verification, 'chain' | 'purged'>,
    clock: () => number,
    maxReads: number,
  ) {
    this.byTime = tables.byTime;
    this.byUser = tables.byUser;
    this.chain = proof.chain;
    this.purged = proof.purged;
    this.now = clock();
    this.#clock = clock;
    this.#until = this.now + MAX_MS;
    this.#readsLeft = maxReads;
  }

  static async begin({ open, digests, now, maxReads = MAX_READS }: VerifyDependencies): Promise<Verification> {
    const [byTime, byUser] = await Promise.all([open('auditByTime'), open('audit')]);
    const chain = await DigestChain.open(digests, new Date(now()).toISOString());
    const purged = await purgedThrough(byTime, byUser, chain);
    return new Verification({ byTime, byUser }, { chain, purged }, now, maxReads);
  }

  /** Counts rows that were read. */
  spend(reads: number): void {
    this.#readsLeft -= reads;
  }

  /** Whether the rest is for the next page. */
  isSpent(): boolean {
    return this.#readsLeft <= 0 || this.#clock() >= this.#until;
  }

  /** Adds a finding, once a page. */
  find(finding: Finding): void {
    const { kind, table, partitionKey, rowKey, hour } = finding;
    const key = JSON.stringify([kind, table, partitionKey, rowKey, hour]);
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.findings.push(finding);
  }

  /** Whether the retention has removed the rows of a day. */
  isPurged(day: string): boolean {
    return day <= this.purged;
  }
}
