import { expect, it } from 'vitest';
import { readUserRow, type UserRow, unknownUser, userColumns } from '../../../shared/users/userRow.ts';

const ID = '0cc30000-0000-4000-8000-000000000001';
/** Every property has a value that an unknown user does not have. */
const known: UserRow = {
  id: ID,
  state: 'enabled',
  stateAt: '2026-03-02T09:14:31.870Z',
  enabledSince: '2026-03-01T08:00:00.000Z',
  sequence: '001772442871870',
  operationId: '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63',
  by: { actor: 'the actor', mayWeaken: false },
  chunk: 'chunk-00000-07-000',
  overwritten: [{ state: 'disabled', at: '2026-03-02T09:14:31.870Z' }],
  claim: {
    sequence: '001772442871871',
    operationId: '6a1d8b63-4e2f-4c9a-8b57-3d9f2e1c8a74',
    chunk: 'chunk-00001-07-002',
    from: 'enabled',
    target: 'enforced',
    overrides: ['legacyAuthInterruption'],
    at: '2026-03-02T09:20:00.000Z',
  },
  name: 'ada@contoso.com',
  etag: 'W/"1"',
};

/** The column of the sweep, which state changes only read. */
const swept = ({ name }: UserRow) => (name === '' ? {} : { followUp: JSON.stringify({ name, gone: false }) });

it('what is known of a user is read as it was stored, every property of it', () => {
  const unknown = unknownUser(ID);
  const same = (Object.keys(known) as (keyof UserRow)[]).filter(
    (name) => name !== 'id' && JSON.stringify(known[name]) === JSON.stringify(unknown[name]),
  );
  expect(same).toEqual([]);
  for (const row of [known, { ...unknown, etag: 'W/"1"' }])
    expect(readUserRow({ ...userColumns('07', row), ...swept(row), etag: 'W/"1"' })).toEqual(row);
});

it('a row with columns that a later version added, or without those that an earlier one did not have, is read', () => {
  expect(readUserRow({ rowKey: ID, etag: 'W/"1"', later: 'added' })).toEqual({ ...unknownUser(ID), etag: 'W/"1"' });
});
