import { afterAll, beforeAll, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import type { SweepStartView, SweepView } from '../../shared/http/sweepList.ts';
import { recoverSweep } from '../../shared/maintenance/recoverSweep.ts';
import type { ListBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

let parts: Parts;
let app: App;
beforeAll(async () => {
  parts = await startParts({ users: 120 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const start = async (): Promise<SweepStartView> => {
  const { status, body } = await app.call<SweepStartView>('POST', 'sweeps');
  expect(status).toBe(202);
  return body;
};
const newest = async (): Promise<SweepView | undefined> => (await app.get<ListBody<SweepView>>('sweeps')).body.value[0];

async function completed(sweep: number): Promise<SweepView> {
  let found: SweepView | undefined;
  await waitUntil(async () => {
    found = await newest();
    return found?.sweep === sweep && found.status === 'completed';
  }, `sweep ${sweep} is completed`);
  return found as SweepView;
}

it('a request starts a sweep at once, and the next one starts the next sweep', async () => {
  const first = await start();
  expect(first).toEqual({
    sweep: 1,
    isNew: true,
    startedDateTime: null,
    step: null,
    listedUsers: 0,
    expectedUsers: null,
  });
  expect(await completed(1)).toMatchObject({ listedUsers: 120, expectedUsers: null, problem: null });
  expect(await start()).toMatchObject({ sweep: 2, isNew: true, expectedUsers: 120 });
  expect(await completed(2)).toMatchObject({ expectedUsers: 120 });
});

it('requests at the same time start one sweep', async () => {
  const before = (await newest())?.sweep ?? 0;
  const numbers = (await Promise.all([start(), start(), start()])).map(({ sweep }) => sweep);
  expect(new Set(numbers)).toEqual(new Set([before + 1]));
  await completed(before + 1);
  await waitUntil(() => parts.bus.queue('sweeps').active === 0, 'no message is left');
  expect((await newest())?.sweep).toBe(before + 1);
});

it('a sweep that has failed is continued by recovery and by a request, and tells its progress', async () => {
  const control = graphControl(parts.graph.url);
  const denied = ['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'];
  await control.changeSettings({ deniedPermissions: denied });
  const { sweep } = await start();
  await waitUntil(async () => (await newest())?.status === 'failed', 'the sweep has failed');
  expect(await newest()).toMatchObject({ sweep, step: 'list', problem: expect.stringContaining('User.Read.All') });
  await control.changeSettings({ deniedPermissions: [] });

  const deps = parts.worker();
  expect(await recoverSweep(deps)).toEqual({ sweep: null }); // not a quarter of an hour after an error
  const later = { ...deps, now: () => deps.now() + 16 * 60_000 };
  expect(await recoverSweep(later)).toEqual({ sweep });
  expect(await completed(sweep)).toMatchObject({ resumed: 1 });
  expect(await recoverSweep(later)).toEqual({ sweep: null });
});

it('a request continues the sweep that is under way', async () => {
  const deps = parts.worker();
  const stored = await deps.sweeps.read();
  if (stored === undefined) throw new Error('There is no sweep.');
  // An invocation stopped after the first page.
  const stopped = {
    ...stored.sweep,
    number: stored.sweep.number + 1,
    id: '0cc30000-0000-4000-8000-00000000000a',
    step: { kind: 'list', page: 0, nextLink: null },
    listed: 0,
  } as const;
  await deps.sweeps.write(stopped, deps.now(), stored.etag);
  await deps.sweeps.report(stopped, 'running', deps.now());
  expect(await start()).toMatchObject({ sweep: stopped.number, isNew: false, step: 'list', expectedUsers: 120 });
  expect(await completed(stopped.number)).toMatchObject({ resumed: stopped.resumed + 1 });
});
