import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { exportUsers } from '../../../shared/http/userExport.ts';
import { listUsers } from '../../../shared/http/userList.ts';
import { newSweep } from '../../../shared/registration/sweep.ts';
import { readUserFile } from '../../../shared/userFile/readUserFile.ts';
import { findUsers } from '../../../shared/users/findUsers.ts';
import { USERS_PER_PART } from '../../../shared/users/snapshotStore.ts';
import type { SnapshotUser } from '../../../shared/users/snapshotUser.ts';
import { countFacets } from '../../../shared/users/userFacets.ts';
import { unknownUser } from '../../../shared/users/userRow.ts';
import { type Parts, startParts } from '../../support/parts.ts';

const USERS = 12_000;
const PARTS = USERS / USERS_PER_PART;
const AS_OF = '2026-03-02T02:00:00.000Z';

let parts: Parts;
let deps: Dependencies;
/** Requests to tables since the last question. */
const requests: string[] = [];
const snapshotId = randomUUID();

const user = (number: number): SnapshotUser => ({
  id: randomUUID(),
  name: `user${String(number).padStart(6, '0')}@contoso.com`,
  displayName: `User ${number}`,
  userType: number % 10 === 0 ? 'Guest' : 'Member',
  accountEnabled: true,
  administrator: number === 7_777,
  licensed: true,
  methodClass: number === 7_777 ? 'none' : 'app',
  registered: number !== 7_777,
  state: 'disabled',
  enabledSince: '',
  registeredSince: '',
  changedAt: '',
  knownAt: AS_OF,
});
const users = Array.from({ length: USERS }, (_, number) => user(number));

beforeAll(async () => {
  parts = await startParts({ users: 10 });
  deps = parts.worker();
  for (let part = 0; part < PARTS; part++)
    await deps.snapshots.putPart(snapshotId, part, users.slice(part * USERS_PER_PART, (part + 1) * USERS_PER_PART));
  await deps.snapshots.complete({ id: snapshotId, asOf: AS_OF, parts: PARTS, counts: countFacets(users) });
  const completed = { number: 1, asOf: AS_OF, users: {}, snapshots: [snapshotId] };
  await deps.sweeps.write(
    { ...newSweep(snapshotId, deps.now(), undefined), step: { kind: 'done' }, completed },
    0,
    undefined,
  );
  const table = await deps.open('snapshots');
  table.pipeline.addPolicy({
    name: 'counts requests',
    sendRequest: (request, next) => {
      requests.push(request.url);
      return next(request);
    },
  });
});
afterAll(() => parts.close());

const ask = async (query: Parameters<typeof listUsers>[0]) => {
  requests.length = 0;
  const list = await listUsers(query, deps, 'http://localhost/api');
  return { ...list, requests: requests.length };
};
const tokenOf = (link: string | undefined): string => new URL(link ?? '').searchParams.get('page') ?? '';

describe('a page of users', () => {
  it('without a filter reads one part, also in the middle', async () => {
    const first = await ask({});
    expect(first.value.map(({ id }) => id)).toEqual(users.slice(0, 100).map(({ id }) => id));
    expect([first.totalCount, first.requests]).toEqual([USERS, 2]); // the manifest and a part
    const second = await ask({ page: tokenOf(first.nextLink) });
    expect(second.value[0]?.id).toBe(users[100]?.id);
    expect(second.requests).toBe(2);
  });

  it('with a rare property reads the parts that have it, and no others', async () => {
    const found = await ask({ administrator: ['true'], registered: ['false', 'unknown'] });
    expect(found.value.map(({ id }) => id)).toEqual([users[7_777]?.id]);
    expect([found.totalCount, found.nextLink]).toEqual([1, undefined]);
    expect(found.requests).toBe(3); // the manifest, the summaries and a part
  });

  it('with a property that no user has reads no part', async () => {
    expect(await ask({ state: ['enforced'] })).toMatchObject({ value: [], totalCount: 0, requests: 2 });
  });

  it('with a rare text reads neighbouring parts with one request', async () => {
    const found = await ask({ q: 'USER011999' });
    expect(found.value.map(({ id }) => id)).toEqual([users.at(-1)?.id]);
    expect(found.requests).toBeLessThanOrEqual(8);
  });

  it('finds text with characters that JSON escapes, and letters in either case', async () => {
    const id = randomUUID();
    const odd = { ...user(0), id: randomUUID(), displayName: 'Zoë "Quote" \\ Ünal\tΣΑΣ' };
    const found = async (text: string): Promise<number> => {
      const filter = { words: {}, enabledBefore: undefined, text: text.toLowerCase() };
      const manifest = { id, asOf: AS_OF, parts: 1, counts: {} };
      return (await findUsers(manifest, filter, { from: { part: 0, index: 0 }, limit: 10 }, deps)).users.length;
    };
    await deps.snapshots.putPart(id, 0, [odd]);
    for (const text of ['"quote"', '\\ ünal', 'ÜNAL\t', 'ΣΑΣ', 'ZOË', odd.id.slice(0, 9)])
      expect([text, await found(text)]).toEqual([text, 1]);
    expect(await found('quote\\')).toBe(0);
  });

  it('has a changed user in the list of the new state, in the right place', async () => {
    const one = users[5_432] as SnapshotUser;
    const lane = laneOf(one.id);
    const row = { ...unknownUser(one.id), state: 'enforced' as const, stateAt: '2026-03-02T03:00:00.000Z' };
    expect(await deps.users.put(lane, [row])).toBe(true);
    // As a sweep has it: the list finds the user by this name.
    const table = await deps.open('users');
    await table.updateEntity(
      { partitionKey: lane, rowKey: one.id, followUp: JSON.stringify({ name: one.name }) },
      'Merge',
    );
    const found = await ask({ state: ['enforced'] });
    expect(found.value).toMatchObject([{ id: one.id, state: 'enforced', changedDateTime: row.stateAt }]);
    expect(found.requests).toBe(3);
    const others = await ask({ state: ['disabled'], q: 'user00543' });
    expect(others.value.map(({ id }) => id)).not.toContain(one.id);
    expect(others.value).toHaveLength(9);
  });

  it('shows no change that is older than what the sweep read', async () => {
    const one = users[20] as SnapshotUser;
    const row = { ...unknownUser(one.id), state: 'enforced' as const, stateAt: '2026-03-02T01:59:00.000Z' };
    expect(await deps.users.put(laneOf(one.id), [row])).toBe(true);
    expect((await ask({ q: one.id })).value).toMatchObject([{ id: one.id, state: 'disabled', changedDateTime: null }]);
  });
});

describe('an export of users', () => {
  it('comes in parts that make one file, which a request for a change reads', async () => {
    let file = '';
    let count = 0;
    for (let page: string | undefined; page !== ''; count++) {
      const query = { bom: 'true' as const, ...(page === undefined ? {} : { page }) };
      const answer = await exportUsers({ path: 'users/export', format: 'csv' }, query, deps, 'http://localhost/api');
      file += String(answer.body);
      const link = /<([^>]+)>/.exec(new Headers(answer.headers).get('link') ?? '')?.[1];
      page = link === undefined ? '' : tokenOf(link);
    }
    expect(count).toBe(3);
    expect(file.startsWith('\uFEFFuserPrincipalName,id,')).toBe(true);
    const read = await readUserFile(Buffer.from(file), { state: 'enabled' });
    expect(read.users).toEqual(users.map(({ name }) => name));
  });
});
