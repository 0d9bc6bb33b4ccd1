import { describe, expect, it } from 'vitest';
import { memoryOf } from '../../bench/measure/processes.ts';
import { DISABLED, ENABLED } from '../../local/graph/directory/mfaState.ts';
import type { ListBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const USERS = 100_000;
/** Longer than a run ever takes. */
const RUN_MS = 10 * 60_000;
/** What a page of users may take; a machine that does other work at the same time may take ten times as long. */
const PAGE_MS = 500;
const isWanted = process.env.SCALE === '1';

interface RunLine {
  readonly end: string;
  readonly ms: number;
  readonly requests: number;
  readonly peakMegabytes: number;
  readonly problem: string | null;
}

/** Takes minutes, so it is run by a command of its own: `npm run test:scale`, which sets SCALE. */
describe.runIf(isWanted)('a sweep over 100,000 users in the Functions host, 20 % of them enabled', () => {
  it('needs 101 list requests, 1,000 batches and little memory, and what it saw is shown at once', {
    timeout: 30 * 60_000,
  }, async () => {
    const parts = await startParts({ users: USERS });
    const { directory, counters } = parts.graph;
    for (let user = 0; user < USERS; user++) directory.columns.states[user] = user % 5 === 0 ? ENABLED : DISABLED;
    const app = await startApp(parts);
    const hostUrl = app.url.replace(/\/api$/, '');
    try {
      for (const name of ['first', 'second']) {
        const before = { ...counters.requests };
        const batchesBefore = counters.batches;
        const startedAt = performance.now();
        let line: RunLine;
        do {
          const seen = app.lines.length;
          await fetch(`${hostUrl}/admin/functions/sweepRegistrations`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: '{}',
          });
          line = await waitUntil(
            () => runLine(app.lines.slice(seen)),
            `an invocation of the ${name} sweep has ended`,
            RUN_MS,
          );
        } while (line.end === 'outOfTime'); // as the next occurrence of the timer would
        const since = (route: string): number => (counters.requests[route] ?? 0) - (before[route] ?? 0);
        const spent = {
          lists: since('users.list'),
          reports: since('registrationReport.list'),
          batches: counters.batches - batchesBefore,
        };
        console.log(`${name} sweep:`, {
          ...line,
          ...spent,
          seconds: Math.round((performance.now() - startedAt) / 1000),
        });
        expect(line).toMatchObject({ end: 'completed' });
        expect(spent.lists).toBeLessThanOrEqual(101);
        expect(spent.batches).toBeLessThanOrEqual(1_000);
        expect(line.requests).toBeLessThanOrEqual(1_110);
        expect(line.peakMegabytes).toBeLessThan(350);
        await expectPagesToBeQuick(app);
        await expectExportToBeFlat(app);
      }
    } finally {
      await app.child.stop();
      await parts.close();
    }
  });
});

function runLine(lines: readonly string[]): RunLine | undefined {
  const line = lines.find((text) => text.includes('"step":"sweepRegistrations"'));
  return line === undefined ? undefined : (JSON.parse(line.slice(line.indexOf('{"step"'))) as RunLine);
}

const QUERIES = ['', 'state=enabled', 'state=enabled&registered=false', 'state=disabled&q=m', 'q=maria', 'q=nobody'];

/** Asks for the first pages of the list of users by all kinds of filters. */
async function expectPagesToBeQuick(app: App): Promise<void> {
  for (const query of QUERIES) {
    const took: number[] = [];
    for (let next: string | undefined = `users?${query}`; next !== undefined && took.length < 5; ) {
      const startedAt = performance.now();
      const { status, body }: Reply<ListBody<unknown>> = await app.get<ListBody<unknown>>(next);
      took.push(Math.round(performance.now() - startedAt));
      expect(status).toBe(200);
      next = body.nextLink;
    }
    const worst = Math.max(...took);
    console.log(
      `GET users?${query}: ${took.join(', ')} ms a page; ${worst < PAGE_MS ? 'within' : 'NOT within'} ${PAGE_MS}`,
    );
    expect(worst).toBeLessThan(10 * PAGE_MS);
  }
}

/** Exports what the sweeps recorded. */
async function expectExportToBeFlat(app: App): Promise<void> {
  for (const format of ['csv', 'ndjson']) {
    const startedAt = performance.now();
    let parts = 0;
    let lines = 0;
    for (let next: string | undefined = `audit/export?format=${format}`; next !== undefined; parts++) {
      const { headers, body }: Reply<string | null> = await app.call<string | null>('GET', next);
      lines += (body ?? '').split('\n').length - 1;
      next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    const memory = await memoryOf(app.child.pid);
    const peakMegabytes = Math.round(memory?.peakMb ?? memory?.residentMb ?? 0);
    console.log(`export as ${format}:`, { lines, parts, ms: Math.round(performance.now() - startedAt), peakMegabytes });
    expect(lines).toBeGreaterThan(USERS / 20);
    expect(peakMegabytes).toBeLessThan(350);
  }
}
