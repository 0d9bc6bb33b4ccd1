import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryOf } from '../../bench/measure/processes.ts';
import type { AuditEntry } from '../../shared/audit/entry.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { type AuditEntryView, auditEntryView } from '../../shared/http/auditEntryView.ts';
import { writePageToken } from '../../shared/http/pageToken.ts';
import { toSplitText } from '../../shared/tables/splitText.ts';
import { sweep } from '../shared/registration/sweeps.ts';
import type { ListBody, OperationBody, Reply } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { auditEntry, record } from '../support/auditEntries.ts';
import { altered, expectAllToBeRefused, pagesOf } from '../support/lists.ts';
import { type Parts, startParts } from '../support/parts.ts';
import type { Person } from '../support/people.ts';

type AuditList = ListBody<AuditEntryView>;

const DAY_MS = 24 * 60 * 60_000;
/** Long ago, so that nothing else lies there. */
const QUIET = '2025-02-03';
const FULL = '2025-06-07';

let parts: Parts;
let deps: Dependencies;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 60 });
  deps = parts.worker();
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const auditOf = async (query: string): Promise<AuditEntryView[]> =>
  (await pagesOf<AuditEntryView>(app, `audit${query}`)).flat();
const eventsOf = async (query: string): Promise<string[]> => (await auditOf(query)).map(({ event }) => event);
const idsOf = (entries: readonly Pick<AuditEntryView, 'requestId'>[]): (string | undefined)[] =>
  entries.map(({ requestId }) => requestId);

/** Records entries, and gives them as the API shows them. */
const store = async (entries: readonly AuditEntry[]): Promise<AuditEntryView[]> =>
  (await record(deps, entries)).map(auditEntryView);
const at = (day: string, minute: number): string => new Date(Date.parse(day) + minute * 60_000).toISOString();

describe('what happened to a user', () => {
  let person: Person;
  let enabled: OperationBody;
  let failed: OperationBody;

  beforeAll(async () => {
    person = parts.people.one({ state: 'disabled', registered: true });
    const users = [person.name, 'nobody@contoso.com'];
    enabled = await app.over(await app.request({ users, state: 'enabled', reason: 'Onboarding 4711' }));
    failed = await app.over(await app.request({ users: ['nobody@contoso.com'], state: 'enforced' }));
    await app.over(await app.request({ users: [person.id], state: 'enforced' }));
  });

  it.each<[string, (one: Person) => string]>([
    ['object id', ({ id }) => id],
    ['object id in capitals', ({ id }) => id.toUpperCase()],
    ['user principal name', ({ name }) => name],
    ['user principal name in capitals', ({ name }) => name.toUpperCase()],
  ])('is one question by %s, newest first', async (_, of) => {
    const entries = await auditOf(`?user=${encodeURIComponent(of(person))}`);
    expect(entries.map(({ from, to, reason }) => [from, to, reason])).toEqual([
      ['enabled', 'enforced', 'a test'],
      ['disabled', 'enabled', 'Onboarding 4711'],
    ]);
  });

  it('is found for a name that is no user’s too', async () => {
    expect(await auditOf('?user=Nobody@contoso.com')).toMatchObject([
      { event: 'stateChangeFailed', operationId: failed.id, userId: null },
      { event: 'stateChangeFailed', operationId: enabled.id, userId: null },
    ]);
  });

  it('is cut by operation, event, actor and time, and by several of them', async () => {
    const { actor } = (await auditOf(`?user=${person.id}`))[0] as AuditEntryView;
    expect((await eventsOf(`?operation=${enabled.id}`)).sort()).toEqual([
      'operationAccepted',
      'stateChangeFailed',
      'stateChanged',
    ]);
    expect(await eventsOf(`?operation=${enabled.id.toUpperCase()}&event=stateChanged`)).toEqual(['stateChanged']);
    expect(await eventsOf(`?operation=${failed.id}&user=${person.id}`)).toEqual([]);
    expect(await eventsOf('?event=stuckEnabled')).toEqual([]);
    expect(await eventsOf(`?actor=${encodeURIComponent(actor.id.toUpperCase())}`)).toHaveLength(7);
    expect(await eventsOf(`?actor=${randomUUID()}`)).toEqual([]);
    const today = new Date().toISOString().slice(0, 10);
    const [newest, oldest] = await auditOf(`?user=${person.id}&fromDateTime=${enabled.finishedDateTime?.slice(0, 10)}`);
    expect(await auditOf(`?user=${person.id}&fromDateTime=${newest?.eventDateTime}`)).toEqual([newest]);
    expect(await auditOf(`?user=${person.id}&toDateTime=${oldest?.eventDateTime}`)).toEqual([oldest]);
    expect(await auditOf(`?toDateTime=${new Date(Date.parse(today) - 1).toISOString()}`)).toEqual([]);
  });

  it('is found by the name and the application of the actor', async () => {
    const actor = { kind: 'application' as const, id: randomUUID(), name: 'HR onboarding', application: randomUUID() };
    const stored = await store([auditEntry(at(QUIET, 1), { actor }), auditEntry(at(QUIET, 2))]);
    for (const wanted of [actor.id, actor.application, 'hr ONBOARDING'])
      expect(await auditOf(`?fromDateTime=${QUIET}&toDateTime=${QUIET}&actor=${encodeURIComponent(wanted)}`)).toEqual([
        stored[1],
      ]);
  });
});

describe('a user who is hard to find', () => {
  const LONG_AGO = '2024-01-02';

  it('has a history of all times, also when deleted or while Graph is down, by the last name', async () => {
    const person = parts.people.one();
    const entries = await store([auditEntry(at(LONG_AGO, 1), { userId: person.id, reference: person.name })]);
    parts.graph.directory.delete(person.index);
    expect(await auditOf(`?user=${encodeURIComponent(person.name)}`)).toEqual(entries);
    const rule = parts.graph.faults.add({ match: {}, fault: { status: 503, retryAfterSeconds: 1 } });
    try {
      expect(await auditOf(`?user=${encodeURIComponent(person.name)}`)).toEqual(entries);
      // Whether this name is mistyped cannot be said.
      expect((await app.get('audit?user=mistyped@contoso.com')).status).toBe(503);
    } finally {
      parts.graph.faults.remove(rule);
    }
    expect(await app.get('audit?user=mistyped@contoso.com')).toMatchObject({
      status: 404,
      body: { error: { code: 'UserNotFound', target: 'user' } },
    });
  });

  it('is named in entries of operations by object id, once a sweep has listed the user', async () => {
    const person = parts.people.one({ state: 'disabled' });
    await sweep(deps);
    await app.over(await app.request({ users: [person.id], state: 'enabled' }));
    expect(await auditOf(`?user=${person.id}`)).toMatchObject([
      { reference: person.id, userPrincipalName: person.name },
    ]);
  });
});

describe('questions by direction and override', () => {
  it('find the changes that lowered or raised a state, and those that overrode a safety check', async () => {
    const day = '2024-05-06';
    const [lowered, raised, overridden] = await store([
      auditEntry(at(day, 3), { from: 'enforced', to: 'disabled' }),
      auditEntry(at(day, 2), { from: 'disabled', to: 'enabled' }),
      auditEntry(at(day, 1), { event: 'stateChangeFailed', from: 'enforced', to: 'disabled', overrides: ['weaken'] }),
    ]);
    const range = `fromDateTime=${day}&toDateTime=${day}`;
    expect(await auditOf(`?${range}&direction=lowered`)).toEqual([lowered]);
    expect(await auditOf(`?${range}&direction=raised`)).toEqual([raised]);
    expect(await auditOf(`?${range}&overrides=true`)).toEqual([overridden]);
    expect(await auditOf(`?${range}&overrides=true&direction=lowered`)).toEqual([]);
    await expectAllToBeRefused(app, [
      ['audit?direction=down', 'direction'],
      ['audit?overrides=false', 'overrides'],
    ]);
    // Clients that read text leave the mark out.
    const marked = await fetch(`${String(app.child.ready.url)}/api/audit/export?${range}&bom=true`);
    expect(
      Buffer.from(await marked.arrayBuffer())
        .toString()
        .startsWith('\ufeffeventDateTime,'),
    ).toBe(true);
    const plain = await app.call<string>('GET', `audit/export?${range}`);
    expect(plain.body?.startsWith('eventDateTime,')).toBe(true);
  });
});

describe('the audit record', () => {
  it('comes in pages, newest first, each entry once, while entries are added', async () => {
    const userId = randomUUID();
    const mine = Array.from({ length: 230 }, (_, minute) => auditEntry(at(QUIET, 10 + minute), { userId }));
    const others = Array.from({ length: 230 }, (_, minute) => auditEntry(at(QUIET, 10 + minute)));
    await store([...mine, ...others]);
    for (const query of [`fromDateTime=${QUIET}&toDateTime=${QUIET}`, `fromDateTime=${QUIET}&user=${userId}`]) {
      const before = await auditOf(`?${query}`);
      const { body: first } = await app.get<AuditList>(`audit?${query}`);
      expect(first.value).toHaveLength(100);
      await store([auditEntry(at(QUIET, 1_000), { userId }), auditEntry(at(QUIET, 1_001))]);
      const rest = (await pagesOf<AuditEntryView>(app, first.nextLink as string)).flat();
      expect([...first.value, ...rest]).toEqual(before);
      const times = before.map((one) => one.eventDateTime);
      expect(times).toEqual([...times].sort().reverse());
      expect(idsOf(before)).toEqual(expect.arrayContaining(idsOf(mine)));
    }
  });

  it('gives every entry of a moment once, also when a page ends within it', async () => {
    const moment = at(QUIET, 1_200);
    const stored = await store(Array.from({ length: 150 }, () => auditEntry(moment)));
    const pages = await pagesOf<AuditEntryView>(app, `audit?fromDateTime=${moment}&toDateTime=${moment}`);
    expect(pages.map((page) => page.length)).toEqual([100, 50]);
    expect(idsOf(pages.flat()).sort()).toEqual(idsOf(stored).sort());
  });

  it('continues over days without entries, and covers 30 days by default', async () => {
    const days = (count: number): string => new Date(Date.now() - count * DAY_MS).toISOString();
    const actor = { kind: 'user' as const, id: randomUUID() };
    const [recent, old] = await store([auditEntry(days(25), { actor }), auditEntry(days(70), { actor })]);
    const pages = await pagesOf<AuditEntryView>(app, `audit?actor=${actor.id}`);
    expect(pages.flat()).toEqual([recent]);
    expect(await auditOf(`?actor=${actor.id}&fromDateTime=${days(80)}`)).toEqual([recent, old]);
    expect(await auditOf(`?actor=${actor.id}&fromDateTime=0001-01-01&toDateTime=1969-12-31`)).toEqual([]);
  });

  it('does not ask Graph again who the user is, page by page', async () => {
    const person = parts.people.one();
    await store(Array.from({ length: 120 }, (_, minute) => auditEntry(at(QUIET, minute), { userId: person.id })));
    const { body: first } = await app.get<AuditList>(`audit?user=${person.name}&fromDateTime=${QUIET}`);
    parts.graph.directory.delete(person.index);
    const rest = await pagesOf<AuditEntryView>(app, first.nextLink as string);
    expect(rest.flat()).toHaveLength(20);
  });

  it.each([
    "'",
    "' or PartitionKey ne '",
    "nobody' or 1 eq 1@contoso.com",
    '%27',
    '*',
    '~',
    '\u0000',
    '../users',
    '漢𠮷@contoso.com',
    'a&b=c#d?e@contoso.com',
    '',
  ])('has nothing about %j, and is not broken by it', async (text) => {
    const about = (parameter: string): string =>
      `audit?${parameter}=${encodeURIComponent(text)}&fromDateTime=${QUIET}&toDateTime=${QUIET}`;
    const { status, body } = await app.get<AuditList>(about('actor'));
    expect([status, body.value]).toEqual([200, []]);
    // A name that is mistyped gets no answer that reads as one about a user without entries.
    const unknown = await app.get<{ error: unknown }>(about('user'));
    expect(unknown).toMatchObject({ status: 404, body: { error: { code: 'UserNotFound', target: 'user' } } });
  });
});

describe('a question about the audit record that cannot be understood', () => {
  it('is refused, and the answer names the parameter', async () => {
    const query = `fromDateTime=${QUIET}&toDateTime=${QUIET}`;
    const tokenOf = async (path: string): Promise<string> => {
      const { body } = await app.get<AuditList>(path);
      return new URL(body.nextLink as string).searchParams.get('page') as string;
    };
    const token = await tokenOf(`audit?${query}`);
    const userId = randomUUID();
    await store(Array.from({ length: 101 }, (_, minute) => auditEntry(at(QUIET, minute), { userId })));
    const ofUser = await tokenOf(`audit?user=${userId}&fromDateTime=${QUIET}`);
    const madeUp = (filters: Record<string, string>, ...position: string[]): string =>
      writePageToken({ list: 'audit', filters }, position);
    for (const path of ['audit', 'audit/export', 'audit/export/ndjson'])
      await expectAllToBeRefused(app, [
        [`${path}?users=a`, 'users'],
        [`${path}?event=changed`, 'event'],
        [`${path}?event=stateChanged&event=stateRestored`, 'event'],
        [`${path}?operation=17`, 'operation'],
        [`${path}?user=${'x'.repeat(321)}`, 'user'],
        [`${path}?fromDateTime=yesterday`, 'fromDateTime'],
        [`${path}?fromDateTime=2026-02-30`, 'fromDateTime'],
        [`${path}?fromDateTime=2026-03-01T08:00:00`, 'fromDateTime'],
        [`${path}?toDateTime=2026-13-01`, 'toDateTime'],
        [`${path}?toDateTime=1772352000000`, 'toDateTime'],
        [`${path}?toDateTime=`, 'toDateTime'],
        [`${path}?fromDateTime=2026-03-02&toDateTime=2026-03-01`, 'fromDateTime'],
        [`${path}?fromDateTime=9999-01-01`, 'fromDateTime'],
        [`${path}?from=2026-03-01`, 'from'],
        [`${path}?page=`, 'page'],
        [`${path}?page=%7B%7D`, 'page'],
        [`${path}?${query}&page=${altered(token)}`, 'page'],
        [`${path}?${query}&event=stateChanged&page=${token}`, 'page'],
        [`${path}?fromDateTime=${QUIET}&page=${token}`, 'page'],
        [`${path}?${query}&page=${ofUser}`, 'page'],
      ]);
    await expectAllToBeRefused(app, [
      ['audit?format=csv', 'format'],
      ['audit/export?format=xlsx', 'format'],
      ['audit/export/ndjson?format=csv', 'format'],
      [`audit/export?${query}&page=${token}`, 'page'],
      [`users?page=${token}`, 'page'],
      [`audit?user=${randomUUID()}&fromDateTime=${QUIET}&page=${ofUser}`, 'page'],
      // Made up with a check that fits: no more than a wrong token.
      [`audit?page=${madeUp({}, 'x', 'y', QUIET, '', '0')}`, 'page'],
      [`audit?page=${madeUp({}, '0', '9'.repeat(15), QUIET, '', '0')}`, 'page'],
      [`audit?page=${madeUp({}, '0', '1', 'yesterday', '', '0')}`, 'page'],
      [`audit?page=${madeUp({}, '0', '1', QUIET, "'", '0')}`, 'page'],
      [`audit?page=${madeUp({}, '0', '1')}`, 'page'],
      [`audit?user=a&page=${madeUp({ user: 'a' }, '0', '1', 'ref-YQ', `${userId}_0`)}`, 'page'],
    ]);
  });
});

describe('the export', () => {
  const read = async (query: string, path = 'audit/export'): Promise<{ type: string; text: string; parts: number }> => {
    let text = '';
    let count = 0;
    let type = '';
    for (let next: string | undefined = `${path}?${query}`; next !== undefined; count++) {
      const { status, headers, body }: Reply<string | null> = await app.call<string | null>('GET', next);
      expect(status).toBe(200);
      type = headers.get('content-type') ?? '';
      expect(headers.get('content-disposition')).toMatch(/^attachment; filename="audit\.(csv|ndjson)"$/);
      text += body ?? '';
      next = /^<(.*)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    }
    return { type, text, parts: count };
  };
  const range = `fromDateTime=${QUIET}&toDateTime=${QUIET}`;

  it('as NDJSON has an entry a line, the same as the list has', async () => {
    const { type, text } = await read(range, 'audit/export/ndjson');
    expect(type).toContain('application/x-ndjson');
    const lines = text.trimEnd().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(await auditOf(`?${range}`));
    expect((await read(`${range}&actor=nobody`, 'audit/export/ndjson')).text).toBe('');
    // As callers of earlier versions ask for it.
    expect(await read(`format=ndjson&${range}`)).toEqual({ type, text, parts: 1 });
  });

  it('as CSV has a row each with the same words, and nothing that a spreadsheet would calculate', async () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '=HYPERLINK("http://contoso.com";"x")'];
    const harmless = ['a "quoted" reason, with; commas\nand lines', "'=1", 'ä漢'];
    /** What a spreadsheet of a country that splits at tabs or semicolons would calculate. */
    const within = [' =1', '\t=1', '\r=1', 'a;=1', 'a\n+1'];
    const day = '2025-03-04';
    await store(
      [...hostile, ...harmless, ...within].map((text, minute) =>
        auditEntry(at(day, minute), {
          reason: text,
          reference: text,
          message: text,
          notes: [text],
          actor: { kind: 'user', id: 'x', name: text },
        }),
      ),
    );
    const { type, text } = await read(`fromDateTime=${day}&toDateTime=${day}`);
    expect(type).toContain('text/csv');
    const rows = parse(text, { columns: true, bom: false }) as Record<string, string>[];
    const entries = await auditOf(`?fromDateTime=${day}&toDateTime=${day}`);
    expect(rows.map((row) => [row.eventDateTime, row.event, row.userId, row.requestId])).toEqual(
      entries.map((one) => [one.eventDateTime, one.event, one.userId, one.requestId]),
    );
    for (const column of ['reason', 'reference', 'message', 'notes', 'actorName'])
      expect(rows.map((row) => row[column]).reverse()).toEqual([
        ...hostile.map((one) => `'${one}`),
        ...harmless,
        ...[" '=1", "'\t'=1", "'\r'=1", "a;'=1", "a\n'+1"],
      ]);
    for (const cell of rows.flatMap((row) => Object.values(row))) expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
  });

  it('of many entries comes in parts that are one file, and the host does not grow with it', async () => {
    const total = 11_500;
    const table = await deps.open('auditByTime');
    for (let batch = 0; batch < total / 500; batch++)
      await table.submitTransaction(
        Array.from({ length: 5 }, (_, row) => {
          const entries = Array.from({ length: 100 }, () => auditEntry(at(FULL, batch), { reason: 'x'.repeat(500) }));
          const rowKey = `${999_999_999_999_999 - Date.parse(at(FULL, batch))}_x_${row}`;
          return ['upsert', { partitionKey: FULL, rowKey, ...toSplitText('entries', entries) }];
        }),
      );
    const query = `fromDateTime=${FULL}&toDateTime=${FULL}`;
    await read(query); // whatever is loaded on first use
    const before = await memoryOf(app.child.pid);
    for (const format of ['csv', 'ndjson']) {
      const file = await read(`${query}&format=${format}`);
      expect(file.parts).toBe(3);
      const ids = file.text.match(format === 'csv' ? /(?<=,)\d+(?=,+\r\n)/g : /(?<="requestId":")\d+/g) ?? [];
      expect([ids.length, new Set(ids).size]).toEqual([total, total]);
      if (format === 'csv') expect(file.text.match(/^eventDateTime,event,/gm)).toHaveLength(1);
    }
    const after = await memoryOf(app.child.pid);
    expect((after?.residentMb ?? 0) - (before?.residentMb ?? 0)).toBeLessThan(150);
  });
});
