import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import { unknownUser } from '../../../shared/users/userRow.ts';
import type { UserStore } from '../../../shared/users/userStore.ts';
import { userRow } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';

let parts: Parts;
let one: UserStore;
let two: UserStore;

beforeAll(async () => {
  parts = await startParts({ users: 1 });
  one = parts.worker().users;
  two = parts.worker().users;
});
afterAll(() => parts.close());

describe('the rows of users', () => {
  it('are written by one process only while no other has written since', async () => {
    const id = randomUUID();
    const lane = laneOf(id);
    expect(await one.put(lane, [{ ...unknownUser(id), sequence: '1' }])).toBe(true);
    expect(await two.put(lane, [{ ...unknownUser(id), sequence: '2' }])).toBe(false);
    await two.load(lane, [id]);
    expect(await one.put(lane, [{ ...one.recall(id), sequence: '3' }])).toBe(true);
    expect(await two.put(lane, [{ ...two.recall(id), sequence: '4' }])).toBe(false);
    expect(await userRow(parts.worker(), id)).toMatchObject({ sequence: '3' });
  });

  it('are written all or none', async () => {
    const [known, unknown] = [randomUUID(), randomUUID()];
    expect(await one.put('00', [unknownUser(known)])).toBe(true);
    expect(await two.put('00', [unknownUser(unknown), unknownUser(known)])).toBe(false);
    expect(await one.load('00', [unknown])).toEqual([unknownUser(unknown)]);
  });

  it('are forgotten by a process that found them changed, so that it reads them again', async () => {
    const id = randomUUID();
    await one.put('00', [unknownUser(id)]);
    await two.load('00', [id]);
    await one.put('00', [{ ...one.recall(id), sequence: '5' }]);
    await two.put('00', [two.recall(id)]);
    expect(two.recall(id)).toEqual(unknownUser(id));
    expect(await two.load('00', [id])).toMatchObject([{ sequence: '5' }]);
  });
});
