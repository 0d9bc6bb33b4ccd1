import { expect, test } from 'vitest';
import { type Group, transitiveMembers } from '../../../../local/graph/directory/groups.ts';

test('groups that contain each other are walked once', () => {
  const below: Group[] = [];
  const top: Group = { id: 'top', displayName: 'Top', users: Uint32Array.of(1, 2), groups: below };
  const left: Group = { id: 'left', displayName: 'Left', users: Uint32Array.of(2, 3), groups: below };
  const right: Group = { id: 'right', displayName: 'Right', users: Uint32Array.of(3, 4), groups: [top, left] };
  below.push(left, right);
  const { users, groups } = transitiveMembers(top);
  expect([...users]).toEqual([1, 2, 3, 4]);
  expect(groups).toEqual([left, right]);
});
