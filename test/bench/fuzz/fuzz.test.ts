import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FuzzResult, runFuzz } from '../../../bench/fuzz/campaign.ts';
import { QUIET_SETTINGS } from '../../../bench/fuzz/settings.ts';
import { DEFAULT_AUDIENCE } from '../../../local/graph/issuer/accessToken.ts';
import { type App, startApp } from '../../support/app.ts';
import { type Parts, startParts } from '../../support/parts.ts';

// A short run of what `npm run fuzz` does for long.
let parts: Parts;
let app: App;
let result: FuzzResult;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
  app = await startApp(parts, {
    ...QUIET_SETTINGS,
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
  });
  result = await runFuzz(
    {
      hostUrl: app.url.replace(/\/api$/, ''),
      graphUrl: parts.graph.url,
      open: parts.worker().open,
      enqueued: async () => ({
        plans: parts.bus.queue('plans').enqueued,
        expressplans: parts.bus.queue('expressplans').enqueued,
        changes: parts.bus.queue('changes').enqueued,
      }),
    },
    { requests: 1_000, seed: 1 },
  );
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

describe('whatever is sent to the API', () => {
  it('is answered, never with a failure of the service, and always in the shape of its errors', () => {
    expect(result.failures).toEqual([]);
  });

  it('leaves nothing behind when it is refused', () => {
    expect(result.traces).toEqual([]);
  });

  it('is of every kind: accepted, and refused for every reason', () => {
    expect(result.accepted).toBeGreaterThan(10);
    expect(Object.keys(result.statuses)).toEqual(expect.arrayContaining(['200', '202', '400', '401', '403', '404']));
  });

  it('shows in no line of the log', () => {
    for (const line of app.lines) expect(line).not.toMatch(/eyJ[\w-]{10}|@contoso\.|a reason/);
  });
});
