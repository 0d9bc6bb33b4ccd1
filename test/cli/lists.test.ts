import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoverageDay } from '../../shared/http/userCoverage.ts';
import type { OperationBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { mfa, type Ran } from './mfa.ts';

let parts: Parts;
let app: App;
/** As the summary counts them. */
let disabled: number;
const operations: OperationBody[] = [];

beforeAll(async () => {
  parts = await startParts({ users: 500 });
  app = await startApp(parts);
  for (let count = 0; count < 22; count++)
    operations.push(
      await app.over(
        await app.request({ state: count === 0 ? 'disabled' : 'enabled', users: [parts.people.one().id] }),
      ),
    );
  const started = await fetch(`${app.url.replace(/\/api$/, '')}/admin/functions/sweepRegistrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(started.status).toBe(202);
  interface Summary {
    readonly sweepStartedDateTime: string | null;
    readonly value: { readonly state: string; readonly users: number }[];
  }
  const summary = await waitUntil(async () => {
    const { body } = await app.get<Summary>('users/summary');
    return body.sweepStartedDateTime !== null && body;
  }, 'the sweep is completed');
  disabled = summary.value.reduce((sum, { state, users }) => (state === 'disabled' ? sum + users : sum), 0);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const run = (args: readonly string[], input?: string): Promise<Ran> =>
  mfa(args, { env: { MFA_URL: app.url }, ...(input === undefined ? {} : { input }) });
const json = ({ out }: Ran): { readonly id: string; readonly userPrincipalName: string }[] => JSON.parse(out);
const rows = ({ out }: Ran): number => out.trim().split('\n').length - 1;

describe('a list', () => {
  it('says on standard error how much of it is shown, and where the rest is', async () => {
    expect(disabled).toBeGreaterThan(200);
    const usual = await run(['user', 'list', '--state', 'disabled']);
    expect(rows(usual)).toBe(100);
    expect(usual.err).toBe(`Showing 100 of ${disabled}. Use --all to show all.\n`);
    const limited = await run(['user', 'list', '--state', 'disabled', '--json', '--limit', '150']);
    expect(json(limited)).toHaveLength(150);
    expect(limited.err).toBe(`Showing 150 of ${disabled}. Use --all to show all.\n`);
    const named = await run(['user', 'list', '--search', 'a', '--limit', '1']);
    expect(named.err).toBe('Showing the first 1. Use --all to show all.\n');
  });

  it('is complete as JSON and with --all, and then says nothing', async () => {
    const whole = await run(['user', 'list', '--state', 'disabled', '--json']);
    expect(json(whole)).toHaveLength(disabled);
    expect(whole.err).toBe('');
    const all = await run(['user', 'list', '--state', 'disabled', '--all']);
    expect(rows(all)).toBe(disabled);
    expect(all.err).toBe('');
    const exactly = await run(['user', 'list', '--state', 'disabled', '--limit', String(disabled)]);
    expect(exactly).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['operation list', 20, 22],
    ['audit', 50, undefined],
    ['sweep list', 10, 1],
  ])('%s is cut at %s in words alone', async (command, usual, total) => {
    const words = command.split(' ');
    const shown = await run(words);
    const whole = json(await run([...words, '--json']));
    if (total !== undefined) expect(whole).toHaveLength(total);
    expect(rows(shown)).toBe(Math.min(usual, whole.length));
    expect(shown.err).toBe(whole.length > usual ? `Showing the first ${usual}. Use --all to show all.\n` : '');
    expect(rows(await run([...words, '--all']))).toBe(whole.length);
  });

  it('feeds a change with all that it has', async () => {
    const list = json(await run(['user', 'list', '--state', 'disabled', '--json']));
    const input = list.map(({ userPrincipalName }) => userPrincipalName).join('\n');
    const changed = await run(['enable', '-', '--dry-run', '--reason', 'a test', '--json'], input);
    expect(JSON.parse(changed.out)).toMatchObject({ references: disabled });
  });

  it('that is empty says so, and is an empty array as JSON', async () => {
    expect(await run(['user', 'list', '--search', 'not-a-name-of-a-user'])).toMatchObject({
      out: '',
      err: 'No results.\n',
    });
    expect((await run(['user', 'list', '--search', 'not-a-name-of-a-user', '--json'])).out).toBe('[]\n');
  });

  it('of users takes several words, and names the allowed ones for another', async () => {
    const several = json(await run(['user', 'list', '--state', 'disabled,enforced', '--type', 'Guest', '--json']));
    const guests = json(await run(['user', 'list', '--type', 'Guest', '--json']));
    const enabled = json(await run(['user', 'list', '--type', 'Guest', '--state', 'enabled', '--json']));
    expect(several.length + enabled.length).toBe(guests.length);
    expect(several.length).toBeGreaterThan(0);
    const wrong = await run(['user', 'list', '--state', 'disabled,on']);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('disabled, enabled, enforced, unknown') });
  });

  it('of users is a file, which a change reads', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'mfa-export-')), 'users.csv');
    await run(['user', 'export', '--state', 'disabled', '--bom', '--output', file]);
    const lines = (await readFile(file, 'utf8')).split('\r\n');
    expect([lines[0]?.slice(0, 21), lines.length]).toEqual(['\uFEFFuserPrincipalName,id', disabled + 2]);
    const changed = await run(['enable', '--csv', file, '--dry-run', '--reason', 'a test', '--json']);
    expect(JSON.parse(changed.out)).toMatchObject({ references: disabled });
    const ndjson = await run(['user', 'export', '--state', 'disabled', '--export', 'ndjson']);
    expect(ndjson.out.trim().split('\n')).toHaveLength(disabled);
  });

  it('of days shows the counts of the sweep', async () => {
    const days: readonly CoverageDay[] = JSON.parse((await run(['coverage', '--json'])).out);
    expect(days).toMatchObject([{ users: 500, disabled, enabled: expect.any(Number) }]);
    const shown = await run(['coverage']);
    expect(shown.out).toContain(String(disabled));
    expect(await run(['coverage', '--to', '2001-01-01'])).toMatchObject({
      out: '',
      err: expect.stringContaining('No results'),
    });
  });

  it('takes --all or --limit', async () => {
    const both = await run(['user', 'list', '--all', '--limit', '5']);
    expect(both).toMatchObject({ code: 1, err: expect.stringContaining('--limit') });
  });
});

describe('operation list', () => {
  const ids = async (...filter: string[]): Promise<string[]> =>
    json(await run(['operation', 'list', '--json', ...filter]))
      .map(({ id }) => id)
      .filter((id) => operations.some((one) => one.id === id)); // other tests ask for some too
  const newestFirst = (): string[] => operations.map(({ id }) => id).toReversed();

  it('filters by state, status, kind and caller', async () => {
    expect(await ids('--state', 'disabled')).toEqual([operations[0]?.id]);
    expect(await ids('--status', 'Succeeded', '--state', 'enabled')).toEqual(newestFirst().slice(0, 21));
    expect(await ids('--status', 'Running')).toEqual([]);
    expect(await ids('--kind', 'promotion')).toEqual([]);
    expect(await ids('--actor', 'nobody')).toEqual([]);
    const { actor } = JSON.parse((await run(['operation', 'show', operations[3]?.id ?? '', '--json'])).out);
    expect(await ids('--actor', actor.id.toUpperCase())).toEqual(newestFirst());
  });

  it('filters by time, and counts a limit after filtering', async () => {
    const at = JSON.parse((await run(['operation', 'show', operations[5]?.id ?? '', '--json'])).out).createdDateTime;
    expect(await ids('--from', at)).toEqual(newestFirst().slice(0, 17));
    expect(await ids('--to', at)).toEqual(newestFirst().slice(16));
    expect(await ids('--from', '2001-01-01', '--to', '2001-01-02')).toEqual([]);
    expect(await ids('--state', 'disabled', '--limit', '1')).toEqual([operations[0]?.id]);
    expect(await run(['operation', 'list', '--from', 'yesterday'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('2026-03-01'),
    });
  });
});
