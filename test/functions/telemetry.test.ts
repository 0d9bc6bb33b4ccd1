import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type CollectedSpan, type Collector, startCollector } from '../support/collector.ts';
import { type Parts, startParts } from '../support/parts.ts';
import type { Person } from '../support/people.ts';
import { waitUntil } from '../support/waitUntil.ts';

const PRODUCER = 4;
const CLIENT = 3;

let collector: Collector;
let parts: Parts;
let app: App;
let people: Person[];
let operationId: string;
/** The spans of the change that the caller asked for. */
let change: CollectedSpan[];
/** How many requests the simulator had until then. */
let requestsToGraph: number;

const callersTrace = randomBytes(16).toString('hex');
const callersSpan = randomBytes(8).toString('hex');

beforeAll(async () => {
  collector = await startCollector();
  parts = await startParts({ users: 100 });
  app = await startApp(parts, {
    NOTIFY_FROM: 'mfa-notifications@contoso.com',
    NOTIFY_PER_MINUTE: '6000',
    ...collector.settings,
    OTEL_METRIC_EXPORT_INTERVAL: '500',
  });
  const hasMail = ({ index }: { index: number }): boolean => parts.graph.directory.mail(index) !== null;
  people = parts.people.take(2, { state: 'disabled', where: hasMail });
  parts.graph.faults.add({
    match: { method: 'PATCH', batchItem: true },
    times: 1,
    fault: { status: 429, retryAfterSeconds: 0 },
  });
  // A caller that does not sample its own traces: ours are wanted all the same.
  const headers = { traceparent: `00-${callersTrace}-${callersSpan}-00` };
  const users = [...people.map(({ id }) => id), 'nobody@contoso.com'];
  ({ id: operationId } = await app.request({ state: 'enabled', users, notify: true }, headers));
  await app.over({ id: operationId });
  change = await waitUntil(() => {
    const spans = collector.spans.filter(({ traceId }) => traceId === callersTrace);
    const ids = new Set([callersSpan, ...spans.map(({ spanId }) => spanId)]);
    const isWhole = spans.every(({ parentSpanId }) => ids.has(parentSpanId));
    return isWhole && named(spans, 'sendNotification').length === people.length && spans;
  }, 'the spans of the change have arrived');
  requestsToGraph = parts.graph.counters.httpRequests;
});
afterAll(async () => {
  await app?.child.stop();
  await parts?.close();
  await collector?.close();
});

function named(spans: readonly CollectedSpan[], name: string): CollectedSpan[] {
  return spans.filter((span) => span.name === name);
}

function parentOf(span: CollectedSpan): CollectedSpan | undefined {
  return change.find(({ spanId }) => spanId === span.parentSpanId);
}

/** The names of the spans from the first one to this one. */
function way(span: CollectedSpan): string[] {
  const parent = parentOf(span);
  return [...(parent === undefined ? [] : way(parent)), span.name];
}

it('a change is one tree below the request of its caller', () => {
  const roots = change.filter((span) => parentOf(span) === undefined);
  expect(roots.map(({ name, parentSpanId }) => ({ name, parentSpanId }))).toEqual([
    { name: 'requestStateChange', parentSpanId: callersSpan },
  ]);
  expect(new Set(change.map(({ spanId }) => spanId)).size).toBe(change.length);
});

it('the tree leads from the request through the queues to each call of Graph', () => {
  const plan = ['requestStateChange', 'send expressplans', 'planExpressStateChange'];
  const apply = [...plan, 'send changes', 'applyStateChange'];
  const mail = [...apply, 'send notifications', 'sendNotification'];
  const ways = change.map(way);
  for (const expected of [
    [...plan, 'GET /policies/identitySecurityDefaultsEnforcementPolicy'],
    [...apply, 'POST /$batch'],
    [...mail, 'POST /users/{id}/sendMail'],
  ])
    expect(ways).toContainEqual(expected);
  const sendings = change.filter(({ kind }) => kind === PRODUCER);
  expect(new Set(sendings.map(({ name }) => name))).toEqual(
    new Set(['send expressplans', 'send changes', 'send notifications']),
  );
});

it('every call of Graph within the change is in it', () => {
  const calls = change.filter(({ kind }) => kind === CLIENT);
  expect(calls).toHaveLength(requestsToGraph);
  const [throttled] = calls.filter(({ attributes }) => Number(attributes['mfa.graph.batch.throttled']) > 0);
  expect(throttled?.attributes).toMatchObject({ 'http.response.status_code': 200, 'mfa.graph.batch.throttled': 1 });
});

it('spans name their operation, and no user by name or id', () => {
  for (const name of ['requestStateChange', 'planExpressStateChange', 'applyStateChange', 'sendNotification'])
    for (const span of named(change, name)) expect(span.attributes['mfa.operation.id']).toBe(operationId);
  const text = JSON.stringify(change);
  for (const { id, name } of people) {
    expect(text).not.toContain(id);
    expect(text).not.toContain(name);
  }
  expect(text).not.toMatch(/nobody@|mfa-notifications/);
});

it('who sends is named, and told apart from other instances', () => {
  expect(collector.resources[0]).toMatchObject({ 'service.name': 'per-user-mfa' });
  expect(new Set(collector.resources.map((resource) => resource['service.instance.id'])).size).toBe(1);
});

/**
 * Waits until a point that has these attributes has a value that will do, which is the number of values of a histogram.
 */
async function expectPoint(
  metric: string,
  attributes: Readonly<Record<string, unknown>>,
  wanted: number | ((value: number) => boolean),
): Promise<void> {
  await waitUntil(
    () => {
      const point = collector
        .points(metric)
        .find((candidate) => Object.entries(attributes).every(([name, value]) => candidate.attributes[name] === value));
      const value = point?.asInt ?? point?.asDouble ?? point?.count;
      return value !== undefined && (typeof wanted === 'number' ? value === wanted : wanted(value));
    },
    `${metric} ${JSON.stringify(attributes)} is ${wanted}, among ${JSON.stringify(collector.points(metric))}`,
  );
}

it('changes are counted by outcome, wherever they ended', async () => {
  await expectPoint('mfa.changes', { 'mfa.outcome': 'applied' }, 2);
  await expectPoint('mfa.changes', { 'mfa.outcome': 'failed' }, 1);
});

it('the time of chunks, the age of messages and the wait for the quota are measured', async () => {
  const chunks = named(change, 'applyStateChange').length;
  await expectPoint('mfa.chunk.duration', {}, chunks);
  await expectPoint('mfa.queue.age', { 'faas.name': 'applyStateChange' }, chunks);
  await expectPoint('mfa.lane.wait', {}, (grants) => grants >= chunks);
  const granted = 3 / 3_000; // one of the two writes was sent twice
  await expectPoint('mfa.graph.quota.used', {}, (used) => Math.abs(used - granted) < 1e-9);
});

it('requests to Graph are counted by status, and throttling by itself', async () => {
  const inBatch = { 'mfa.graph.in_batch': true };
  await expectPoint('mfa.graph.requests', { ...inBatch, 'http.response.status_code': 204 }, 2);
  await expectPoint('mfa.graph.requests', { ...inBatch, 'http.response.status_code': 429 }, 1);
  await expectPoint('mfa.graph.throttled', inBatch, 1);
});

it('an audit tells its findings and the users by state', async () => {
  await fetch(`${String(app.child.ready.url)}/admin/functions/sweepRegistrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  await expectPoint('mfa.audit.findings', {}, (findings) => findings > 0);
  await expectPoint('mfa.users', { 'mfa.state': 'enabled' }, (users) => users > 0);
  const users = collector.points('mfa.users').reduce((sum, point) => sum + (point.asInt ?? point.asDouble ?? 0), 0);
  expect(users).toBe(parts.graph.directory.size);
});
