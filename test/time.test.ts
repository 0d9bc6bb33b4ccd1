import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import queueFile from '../infra/queues.json' with { type: 'json' };
import { readQueueSettings } from '../local/service-bus/settings.ts';
import { readSettings } from '../shared/config.ts';
import { PURGE_BUDGET_MS } from '../shared/maintenance/purgeHistory.ts';
import { RESTORE_BUDGET_MS } from '../shared/stateChange/restoreNewestState.ts';
import { CLAIM_ABANDONED_AFTER_MS } from '../shared/users/claim.ts';
import { leastSettings } from './support/leastSettings.ts';

/*
 * How long a delivery of a chunk can take, in seconds, with the settings as they are shipped (docs/operations.md):
 *
 *   240  rounds begin, and the quota is waited for, within APPLY_RETRY_BUDGET_SECONDS
 *   +90  the last round: three batches (states, methods, writes), each up to GRAPH_TIMEOUT_SECONDS
 *   +60  undoing a write that came late
 *   +60  its last batch, and Table Storage with its own retries
 *   450  in all, below functionTimeout and the renewal of locks, both 480
 */
const hostJson = JSON.parse(readFileSync(new URL('../host.json', import.meta.url), 'utf8'));
const settings = readSettings(leastSettings);
const queues = readQueueSettings(queueFile);

const functionTimeoutMs = timeSpanMs(hostJson.functionTimeout);
const { serviceBus } = hostJson.extensions;
const renewalMs = timeSpanMs(serviceBus.maxAutoLockRenewalDuration);
const longestDeliveryMs =
  settings.APPLY_RETRY_BUDGET_SECONDS * 1000 +
  3 * settings.GRAPH_TIMEOUT_SECONDS * 1000 +
  RESTORE_BUDGET_MS +
  settings.GRAPH_TIMEOUT_SECONDS * 1000 +
  30_000;

/** The last step of a run that looks at its deadline between steps: a few requests, with their retries. */
const LAST_STEP_MS = 2 * settings.GRAPH_TIMEOUT_SECONDS * 1000;

it('lets a delivery of a chunk end by itself before the host ends it', () => {
  expect(longestDeliveryMs + 20_000).toBeLessThanOrEqual(functionTimeoutMs);
});

it('keeps lanes no longer than a delivery may take: a restart of the app holds them for the whole functionTimeout', () => {
  expect(functionTimeoutMs).toBeLessThanOrEqual(longestDeliveryMs + 60_000);
  expect(renewalMs).toBeLessThanOrEqual(functionTimeoutMs);
});

it('lets runs of timers end by themselves before the host ends them', () => {
  const budgets = [settings.REGISTRATION_SWEEP_BUDGET_SECONDS * 1000, PURGE_BUDGET_MS];
  for (const budgetMs of budgets) expect(budgetMs + LAST_STEP_MS).toBeLessThanOrEqual(functionTimeoutMs);
});

it('leaves out what the Service Bus client of the host says while nothing happens: 120 lines a minute', () => {
  expect(hostJson.logging.logLevel['Azure.Messaging.ServiceBus']).toBe('Warning');
});

it('renews the lock of a message for as long as a function may run', () => {
  expect(renewalMs).toBeGreaterThanOrEqual(functionTimeoutMs);
});

it('waits for the longest Retry-After that the quota of Graph can ask for within one delivery', () => {
  expect(settings.APPLY_RETRY_BUDGET_SECONDS).toBeGreaterThan(settings.GRAPH_WRITES_WINDOW_SECONDS);
});

it('gives work up only after Graph was away for longer than half an hour', () => {
  for (const queue of ['plans', 'expressplans', 'changes'])
    expect((queues[queue]?.maxDeliveryCount ?? 0) * settings.APPLY_RETRY_BUDGET_SECONDS).toBeGreaterThan(30 * 60);
});

it('takes a claim for abandoned only after its message must have used up its deliveries', () => {
  const { lockDurationMs = Number.POSITIVE_INFINITY, maxDeliveryCount = Number.POSITIVE_INFINITY } =
    queues.changes ?? {};
  const deliveriesMs = maxDeliveryCount * settings.APPLY_RETRY_BUDGET_SECONDS * 1000;
  expect(CLAIM_ABANDONED_AFTER_MS).toBeGreaterThan(lockDurationMs + deliveriesMs + longestDeliveryMs);
});

it('recovers operations only when accepting them cannot still be under way, and within minutes', () => {
  expect(settings.RECOVER_AFTER_SECONDS).toBeGreaterThanOrEqual(60);
  expect(settings.RECOVER_AFTER_SECONDS).toBeLessThanOrEqual(300);
});

it('lets one instance serve every session, so that an empty lane delays no other lane', () => {
  const sessions = 3 * 16; // lanes, each with a session for small operations and one for users put aside
  expect(serviceBus.maxConcurrentSessions).toBeGreaterThanOrEqual(sessions);
  expect(timeSpanMs(serviceBus.sessionIdleTimeout)).toBeLessThanOrEqual(2_000);
  expect(serviceBus.prefetchCount).toBe(0); // a prefetched message holds a lock that is not renewed
});

/** `hh:mm:ss`, with or without a fraction, in milliseconds. */
function timeSpanMs(text: string): number {
  const [hours, minutes, seconds] = text.split(':').map(Number);
  return (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}
