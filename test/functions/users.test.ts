import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stateName } from '../../local/graph/directory/mfaState.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import type { ListedUserView } from '../../shared/http/listedUserView.ts';
import { writePageToken } from '../../shared/http/pageToken.ts';
import type { SweepView } from '../../shared/http/sweepList.ts';
import { newSweep, type Sweep } from '../../shared/registration/sweep.ts';
import type { Checkpoint } from '../../shared/registration/sweepStore.ts';
import { Outside, sweep } from '../shared/registration/sweeps.ts';
import type { ErrorBody, ListBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { altered, expectAllToBeRefused, pagesOf } from '../support/lists.ts';
import { type Parts, startParts } from '../support/parts.ts';

interface UserList extends ListBody<ListedUserView> {
  readonly sweepStartedDateTime: string | null;
}
interface Summary {
  readonly sweepStartedDateTime: string | null;
  readonly users: number;
  readonly value: { readonly state: string | null; readonly registered: boolean | null; readonly users: number }[];
}

const USERS = 200;
const STATES = ['disabled', 'enabled', 'enforced', 'unknown'];
const REGISTERED = ['true', 'false', 'unknown'];

let parts: Parts;
let deps: Dependencies;
let app: App;
let done: Sweep;

beforeAll(async () => {
  parts = await startParts({ users: USERS });
  deps = parts.worker();
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const usersAt = async (query: string): Promise<ListedUserView[]> =>
  (await pagesOf<ListedUserView>(app, `users${query}`)).flat();
const namesOf = (users: readonly ListedUserView[]): string[] => users.map(({ userPrincipalName }) => userPrincipalName);
const lowerCase = (users: readonly ListedUserView[]): string[] => namesOf(users).map((name) => name.toLowerCase());
const word = (value: unknown): string => (value === null ? 'unknown' : String(value));

describe('before the first registration sweep', () => {
  it('no user is known, and the answer shows it', async () => {
    expect((await app.get<UserList>('users')).body).toEqual({ sweepStartedDateTime: null, value: [] });
    expect((await app.get<Summary>('users/summary')).body).toEqual({ sweepStartedDateTime: null, users: 0, value: [] });
    expect((await app.get<ListBody<SweepView>>('sweeps')).body).toEqual({ value: [] });
    done = await sweep(deps);
  });
});

describe('the list of users', () => {
  it('has all users of the directory once, in pages of 100 and in the order of names', async () => {
    const { directory } = parts.graph;
    const pages = await pagesOf<ListedUserView>(app, 'users');
    expect(pages.map((page) => page.length)).toEqual([100, 100]);
    const shown = pages
      .flat()
      .map((one) => `${one.id} ${one.userPrincipalName} ${one.displayName} ${one.state} ${one.userType}`);
    const real = Array.from(
      { length: USERS },
      (_, user) =>
        `${directory.id(user)} ${directory.principalName(user)} ${directory.displayName(user)} ${stateName(directory.columns.states[user] as number)} ${directory.userType(user)}`,
    );
    expect(shown.toSorted()).toEqual(real.sort());
    expect(lowerCase(pages.flat())).toEqual(lowerCase(pages.flat()).sort());
    expect((await app.get<UserList>('users')).body).toMatchObject({
      sweepStartedDateTime: done.listedFrom,
      totalCount: USERS,
    });
  });

  it('is cut by state and registration as the summary counts', async () => {
    const all = await usersAt('');
    const { body: summary } = await app.get<Summary>('users/summary');
    expect(summary).toMatchObject({ sweepStartedDateTime: done.listedFrom, users: USERS });
    for (const state of STATES) {
      expect(await usersAt(`?state=${state}`)).toEqual(all.filter((user) => word(user.state) === state));
      for (const registered of REGISTERED) {
        const users = await usersAt(`?state=${state}&registered=${registered}`);
        expect(users).toEqual(all.filter((user) => word(user.state) === state && word(user.registered) === registered));
        const counted = summary.value.find((one) => word(one.state) === state && word(one.registered) === registered);
        expect(counted?.users ?? 0).toBe(users.length);
        const { body } = await app.get<object>(`users?state=${state}&registered=${registered}`);
        expect(body).toMatchObject({ totalCount: users.length });
      }
    }
    expect(summary.value.length).toBeGreaterThan(3);
  });

  it.each([
    ['state=disabled&state=enabled', ({ state }) => state === 'disabled' || state === 'enabled'],
    ['state=disabled,enforced', ({ state }) => state === 'disabled' || state === 'enforced'],
    ['registered=false,unknown', ({ registered }) => registered !== true],
    ['userType=Guest', ({ userType }) => userType === 'Guest'],
    ['accountEnabled=false', ({ accountEnabled }) => accountEnabled === false],
    ['administrator=true', ({ administrator }) => administrator === true],
    ['methodClass=app,passkeyReady', ({ methodClass }) => methodClass === 'app' || methodClass === 'passkeyReady'],
    ['licensed=false', ({ licensed }) => licensed === false],
    [
      'state=enabled&userType=Member&accountEnabled=true',
      (one) => one.state === 'enabled' && one.userType === 'Member' && one.accountEnabled === true,
    ],
  ] as const satisfies readonly (readonly [string, (user: ListedUserView) => boolean])[])(
    'has the users that match %s, and no others',
    async (query, matches) => {
      const all = await usersAt('');
      const expected = all.filter(matches);
      expect(namesOf(await usersAt(`?${query}`))).toEqual(namesOf(expected));
      expect((await app.get<object>(`users?${query}`)).body).toMatchObject({ totalCount: expected.length });
      expect([expected.length > 0, expected.length < all.length]).toEqual([true, true]);
    },
  );

  it('has the users who have been enabled since before a time', async () => {
    const enabled = await usersAt('?state=enabled');
    const since = enabled[0]?.enabledDateTime ?? '';
    const later = new Date(Date.parse(since) + 24 * 60 * 60_000).toISOString();
    expect(namesOf(await usersAt(`?enabledBeforeDateTime=${later}`))).toEqual(namesOf(enabled));
    expect(await usersAt(`?enabledBeforeDateTime=${since}`)).toEqual(
      enabled.filter(({ enabledDateTime }) => (enabledDateTime ?? '') < since),
    );
    const { body } = await app.get<object>(`users?enabledBeforeDateTime=${later}`);
    expect(body).not.toHaveProperty('totalCount');
  });

  it('finds part of a name, a display name or an id, whatever the case', async () => {
    const all = await usersAt('');
    const guest = all.find(({ userType }) => userType === 'Guest') as ListedUserView;
    const { id, displayName } = all[7] as ListedUserView;
    for (const text of [
      'a',
      'MA',
      guest.userPrincipalName.slice(2, -2),
      id.slice(3, 20).toUpperCase(),
      displayName ?? '',
    ]) {
      const expected = all.filter((user) =>
        [user.userPrincipalName, user.displayName ?? '', user.id].some((part) =>
          part.toLowerCase().includes(text.toLowerCase()),
        ),
      );
      const found = await usersAt(`?q=${encodeURIComponent(text)}`);
      expect([text, namesOf(found)]).toEqual([text, namesOf(expected)]);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it.each([
    "' or PartitionKey ne '",
    "a' or 'a' eq 'a",
    '%27',
    '*',
    '~',
    '!',
    '\u0000',
    '/\\#?',
    '=0027',
    '漢𠮷',
    'x'.repeat(320),
  ])('finds no user by %j, and breaks nothing', async (q) => {
    const { status, body } = await app.get<UserList>(`users?q=${encodeURIComponent(q)}`);
    expect([status, body.value, body.nextLink]).toEqual([200, [], undefined]);
  });

  it('shows a change by this service at once, in the list of its new state and not in that of its old one', async () => {
    const person = parts.people.one({ state: 'disabled' });
    const of = async (query: string): Promise<ListedUserView | undefined> =>
      (await usersAt(query)).find(({ id }) => id === person.id);
    const before = await of('?state=disabled');
    await app.over(await app.request({ state: 'enabled', users: [person.id] }));
    expect(await of('?state=disabled')).toBeUndefined();
    const after = await of('?state=enabled');
    expect(after).toMatchObject({ state: 'enabled', changedDateTime: after?.enabledDateTime });
    expect(await of('')).toEqual(after);
    expect(await of(`?q=${person.id}`)).toEqual(after);
    expect(after).toEqual({
      ...before,
      state: 'enabled',
      enabledDateTime: after?.enabledDateTime,
      changedDateTime: after?.changedDateTime,
    });
    done = await sweep(deps);
    expect(await of('?state=enabled')).toMatchObject({
      ...after,
      registered: false,
      methodClass: 'none',
    });
  });

  it('shows each user once while sweeps complete, until the list is no longer stored', async () => {
    const before = await usersAt('?state=disabled');
    const { body: first } = await app.get<UserList>('users?state=disabled');
    const outside = new Outside(parts);
    for (const one of [before[0], before.at(-1)])
      outside.set({ index: parts.graph.directory.find(one?.id ?? '') ?? -1 }, 'enforced');
    done = await sweep(deps);
    const rest = (await pagesOf<ListedUserView>(app, first.nextLink as string)).flat();
    expect(namesOf([...first.value, ...rest])).toEqual(namesOf(before));
    expect(await usersAt('?state=disabled')).toHaveLength(before.length - 2);
    done = await sweep(deps);
    const { status, body } = await app.get<ErrorBody>(first.nextLink as string);
    expect([status, body.error.code, body.error.target]).toEqual([410, 'ListExpired', 'page']);
    expect(body.error.message).toContain('from its first page');
  });

  it('shows the last complete sweep while another is at work', async () => {
    const all = await usersAt('');
    const { etag } = (await deps.sweeps.read()) as Checkpoint;
    const began = newSweep(randomUUID(), deps.now(), done);
    await deps.sweeps.write(began, 0, etag);
    expect(await usersAt('')).toEqual(all);
    expect((await app.get<Summary>('users/summary')).body.sweepStartedDateTime).toBe(done.listedFrom);
    done = await sweep(deps);
  });
});

describe('the list of sweeps', () => {
  it('says how the last went, and which failed', async () => {
    const { body } = await app.get<ListBody<SweepView>>('sweeps');
    expect(body.value[0]).toMatchObject({ status: 'completed', listedUsers: USERS, step: null, problem: null });
    expect(body.value[0]?.users.reduce((sum, { users }) => sum + users, 0)).toBe(USERS);
    await deps.sweeps.report({ ...newSweep('x', deps.now(), done), problem: 'Graph is away.' }, 'failed', deps.now());
    const after = await app.get<ListBody<SweepView>>('sweeps');
    expect(after.body.value[0]).toMatchObject({ status: 'failed', problem: 'Graph is away.', finishedDateTime: null });
  });

  it('comes in pages, newest first, each sweep once, while another begins', async () => {
    const report = (number: number): Promise<void> =>
      deps.sweeps.report({ ...newSweep('x', deps.now(), undefined), number }, 'completed', deps.now());
    for (let number = 10; number < 35; number++) await report(number);
    const { body: first } = await app.get<ListBody<SweepView>>('sweeps');
    expect(first.value).toHaveLength(20);
    await report(35);
    const rest = await pagesOf<SweepView>(app, first.nextLink as string);
    const numbers = [first.value, ...rest].flat().map((one) => one.sweep);
    expect(numbers.slice(0, 25)).toEqual(Array.from({ length: 25 }, (_, index) => 34 - index));
    expect(numbers).toEqual([...new Set(numbers)]);
  });
});

describe('a question about users or sweeps that cannot be understood', () => {
  it('is refused, and the answer names the parameter', async () => {
    const { body } = await app.get<UserList>('users?state=disabled');
    const token = new URL(body.nextLink as string).searchParams.get('page') as string;
    const sweeps = await app.get<ListBody<SweepView>>('sweeps');
    const foreign = new URL(sweeps.body.nextLink as string).searchParams.get('page') as string;
    const madeUp = (list: string, filters: Record<string, string>, position: string[]): string =>
      writePageToken({ list, filters }, position);
    await expectAllToBeRefused(app, [
      ['users?status=enabled', 'status'],
      ['users?State=enabled', 'State'],
      ['users?$filter=1', '(not a plain name)'],
      ['users?state=on', 'state'],
      ['users?state=', 'state'],
      ['users?state=enabled&state=on', 'state'],
      ['users?registered=yes', 'registered'],
      ['users?state=enabled,', 'state'],
      ['users?userType=guest', 'userType'],
      ['users?methodClass=sms', 'methodClass'],
      ['users?enabledBeforeDateTime=yesterday', 'enabledBeforeDateTime'],
      [`users?q=${'x'.repeat(321)}`, 'q'],
      ['users?page=', 'page'],
      ['users?page=2', 'page'],
      [`users?state=disabled&page=${token.slice(0, -2)}`, 'page'],
      [`users?state=disabled&page=${token}AAAA`, 'page'],
      [`users?state=disabled&page=${altered(token)}`, 'page'],
      [`users?state=enabled&page=${token}`, 'page'],
      [`users?state=disabled&q=a&page=${token}`, 'page'],
      [`users?page=${token}`, 'page'],
      [`users?page=${foreign}`, 'page'],
      [`sweeps?page=${token}`, 'page'],
      [`sweeps?page=${altered(foreign)}`, 'page'],
      ['sweeps?state=failed', 'state'],
      ['users/summary?state=enabled', 'state'],
      // Made up with a check that fits: no more than a wrong token.
      [`users?page=${madeUp('users', {}, [])}`, 'page'],
      [`users?page=${madeUp('users', {}, ['nowhere', '0', '0'])}`, 'page'],
      [`users?page=${madeUp('users', {}, [randomUUID(), '-1', '0'])}`, 'page'],
      [`users?page=${madeUp('users', {}, [randomUUID(), '0'])}`, 'page'],
      [`sweeps?page=${madeUp('sweeps', {}, ['\u0001'])}`, 'page'],
      [`sweeps?page=${madeUp('sweeps', {}, [])}`, 'page'],
    ]);
  });

  it('leaves nothing of it in an answer or in the log', async () => {
    const { status, body } = await app.get<ErrorBody>('users?state=hidden-word&q=hidden-word');
    expect([status, JSON.stringify(body)]).toEqual([400, expect.not.stringContaining('hidden-word')]);
    expect(app.lines.join('\n')).not.toContain('hidden-word');
  });
});

describe('the state of one user', () => {
  afterEach(() => {
    parts.graph.faults.remove();
    parts.graph.tenant.changeSettings({ deniedPermissions: [] });
  });

  it.each(['/users\\?', 'requirements', 'methods', '\\$batch'])(
    'is read when Graph answers 401 once: %s',
    async (path) => {
      parts.graph.faults.add({ match: { path }, times: 1, fault: { status: 401 } });
      const { status } = await app.call('GET', `users/${parts.people.one().name}/mfa-state`);
      expect([status, parts.graph.faults.list()[0]?.fired]).toEqual([200, 1]);
    },
  );

  it('is unavailable for the moment while Graph answers 401, and never a missing permission', async () => {
    parts.graph.faults.add({ match: {}, fault: { status: 401 } });
    const { status, body } = await app.call<ErrorBody>('GET', `users/${parts.people.one().name}/mfa-state`);
    expect([status, body.error.code]).toEqual([503, 'ServiceUnavailable']);
  });

  it.each([
    [['User.Read.All', 'User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'], 'User.Read.All'],
    [['Policy.Read.All', 'Policy.ReadWrite.AuthenticationMethod'], 'Policy.ReadWrite.AuthenticationMethod'],
  ])('that Graph refuses names the permission and has the words of Graph: without %j', async (denied, permission) => {
    parts.graph.tenant.changeSettings({ deniedPermissions: denied });
    const { status, body } = await app.call<ErrorBody>('GET', `users/${parts.people.one().name}/mfa-state`);
    expect([status, body.error.code]).toEqual([502, 'GraphRefused']);
    expect(body.error.message).toContain(permission);
    expect(body.error.message).toMatch(/Microsoft Graph answered 403 \w+: /);
  });
});
