import { describe, expect, it } from 'vitest';
import { DISABLED, ENABLED } from '../../local/graph/directory/mfaState.ts';
import { startApp } from '../support/app.ts';
import { startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const USERS = 100_000;
/** Longer than a run ever takes. */
const RUN_MS = 10 * 60_000;
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
  it('needs 101 list requests, 1,000 batches and little memory', { timeout: 30 * 60_000 }, async () => {
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
          await fetch(`${hostUrl}/admin/functions/auditRegistrations`, { method: 'POST', body: '{}' });
          line = await waitUntil(() => runLine(app.lines.slice(seen)), `a run of the ${name} sweep is over`, RUN_MS);
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
      }
    } finally {
      await app.child.stop();
      await parts.close();
    }
  });
});

function runLine(lines: readonly string[]): RunLine | undefined {
  const line = lines.find((text) => text.includes('"step":"auditRegistrations"'));
  return line === undefined ? undefined : (JSON.parse(line.slice(line.indexOf('{"step"'))) as RunLine);
}
