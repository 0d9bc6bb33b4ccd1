import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stateName } from '../../local/graph/directory/mfaState.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { writePageToken } from '../../shared/http/pageToken.ts';
import type { SweepView } from '../../shared/http/sweepList.ts';
import type { ListedUserView } from '../../shared/http/userList.ts';
import { newSweep, type Sweep } from '../../shared/registration/sweep.ts';
import type { Checkpoint } from '../../shared/registration/sweepStore.ts';
import type { IndexedUser } from '../../shared/users/userIndex.ts';
import { sweep } from '../shared/registration/sweeps.ts';
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

/** Users that enter a list while a caller reads it. */
const newcomers = (names: readonly string[]): IndexedUser[] =>
  names.map((name) => ({
    id: randomUUID(),
    name,
    state: 'disabled',
    registered: null,
    userType: 'Member',
    accountEnabled: true,
    enabledSince: '',
    registeredSince: '',
  }));

describe('before the first registration sweep', () => {
  it('no user is known, and the answer shows it', async () => {
    expect((await app.get<UserList>('users')).body).toEqual({ sweepStartedDateTime: null, value: [] });
    expect((await app.get<Summary>('users/summary')).body).toEqual({ sweepStartedDateTime: null, users: 0, value: [] });
    expect((await app.get<ListBody<SweepView>>('sweeps')).body).toEqual({ value: [] });
    done = await sweep(deps);
  });
});

describe('the list of users', () => {
  it('has all users of the directory once, in pages of 100', async () => {
    const { directory } = parts.graph;
    const pages = await pagesOf<ListedUserView>(app, 'users');
    expect(pages.map((page) => page.length)).toEqual([100, 100]);
    const shown = pages.flat().map(({ id, userPrincipalName, state }) => `${id} ${userPrincipalName} ${state}`);
    const real = Array.from(
      { length: USERS },
      (_, user) =>
        `${directory.id(user)} ${directory.principalName(user)} ${stateName(directory.columns.states[user] as number)}`,
    );
    expect(shown.sort()).toEqual(real.sort());
    expect((await app.get<UserList>('users')).body.sweepStartedDateTime).toBe(done.listedFrom);
  });

  it('is cut by state and registration as the summary counts, in the order of names', async () => {
    const all = await usersAt('');
    const { body: summary } = await app.get<Summary>('users/summary');
    expect(summary).toMatchObject({ sweepStartedDateTime: done.listedFrom, users: USERS });
    for (const state of STATES) {
      expect(await usersAt(`?state=${state}`)).toEqual(all.filter((user) => word(user.state) === state));
      for (const registered of REGISTERED) {
        const users = await usersAt(`?state=${state}&registered=${registered}`);
        expect(users).toEqual(all.filter((user) => word(user.state) === state && word(user.registered) === registered));
        expect(lowerCase(users)).toEqual(lowerCase(users).sort());
        const counted = summary.value.find((one) => word(one.state) === state && word(one.registered) === registered);
        expect(counted?.users ?? 0).toBe(users.length);
        const { body } = await app.get<object>(`users?state=${state}&registered=${registered}`);
        expect(body).toMatchObject({ totalCount: users.length });
      }
    }
    expect(summary.value.length).toBeGreaterThan(3);
  });

  it('finds the beginning of a name, whatever the case, also of a guest', async () => {
    const all = await usersAt('');
    const guest = all.find(({ userType }) => userType === 'Guest') as ListedUserView;
    for (const beginning of ['a', 'MA', guest.userPrincipalName, guest.userPrincipalName.slice(0, -5)]) {
      const expected = all.filter((user) => user.userPrincipalName.toLowerCase().startsWith(beginning.toLowerCase()));
      const found = await usersAt(`?q=${encodeURIComponent(beginning)}`);
      expect([beginning, namesOf(found)]).toEqual([beginning, namesOf(expected)]);
      expect(found.length).toBeGreaterThan(0);
    }
  });

  it.each([
    "'",
    "' or PartitionKey ne '",
    "a' or 'a' eq 'a",
    '%27',
    '*',
    '.*',
    '~',
    '!',
    '\u0000',
    '/\\#?',
    '=0027',
    '漢𠮷',
    ' ',
    'x'.repeat(320),
  ])('finds no user by %j, and breaks nothing', async (q) => {
    const { status, body } = await app.get<UserList>(`users?q=${encodeURIComponent(q)}`);
    expect([status, body.value, body.nextLink]).toEqual([200, [], undefined]);
  });

  it('shows each user once who was there all the time, while others come before and after', async () => {
    const before = await usersAt('?state=disabled');
    const { body: first } = await app.get<UserList>('users?state=disabled');
    const names = ['', 'm', 'zz'].flatMap((start) => [1, 2, 3].map((number) => `${start}0new${number}@contoso.com`));
    const moves = newcomers(names).map((to) => ({ id: to.id, from: null, to }));
    await deps.userIndex.move(moves);
    const rest = (await pagesOf<ListedUserView>(app, first.nextLink as string)).flat();
    const seen = namesOf([...first.value, ...rest]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((name) => !name.includes('0new'))).toEqual(namesOf(before));
    expect(seen).toContain('zz0new1@contoso.com');
    await deps.userIndex.move(moves.map(({ id, to }) => ({ id, from: to, to: null })));
  });

  it('continues after a user that has left the list', async () => {
    const before = await usersAt('?state=disabled');
    const { body: first } = await app.get<UserList>('users?state=disabled');
    const last = first.value.at(-1) as ListedUserView;
    const place = { state: last.state, registered: last.registered, name: last.userPrincipalName };
    await deps.userIndex.move([{ id: last.id, from: place, to: null }]);
    const rest = (await pagesOf<ListedUserView>(app, first.nextLink as string)).flat();
    expect(namesOf([...first.value, ...rest])).toEqual(namesOf(before));
    const [user] = newcomers([last.userPrincipalName]) as [IndexedUser];
    await deps.userIndex.move([{ id: last.id, from: null, to: { ...user, ...place, id: last.id } }]);
  });

  it('shows users that a running sweep has moved to an empty list', async () => {
    const all = await usersAt('');
    const user = all.find(({ state }) => state === 'disabled') as ListedUserView;
    const from = { state: user.state, registered: user.registered, name: user.userPrincipalName };
    const to = { ...(newcomers([from.name])[0] as IndexedUser), id: user.id, registered: true };
    expect(await usersAt('?state=disabled&registered=true')).toEqual([]);
    const { etag } = (await deps.sweeps.read()) as Checkpoint;
    const began = { ...newSweep(randomUUID(), deps.now(), done), step: { kind: 'follow' as const, lane: 0 } };
    await deps.sweeps.write(began, 0, etag);
    await deps.userIndex.move([{ id: user.id, from, to }]);
    expect(namesOf(await usersAt('?state=disabled&registered=true'))).toEqual([from.name]);
    expect(namesOf(await usersAt('')).sort()).toEqual(namesOf(all).sort());
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
      ['users?state=enabled&state=disabled', 'state'],
      ['users?registered=yes', 'registered'],
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
      [`users?page=${madeUp('users', {}, ['nowhere', 'a'])}`, 'page'],
      [`users?page=${madeUp('users', {}, ['disabled_unknown', '\u0000'])}`, 'page'],
      [`users?page=${madeUp('users', {}, ['disabled_unknown'])}`, 'page'],
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
