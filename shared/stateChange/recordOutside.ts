import type { AuditEntry } from '../audit/entry.ts';
import type { Actor } from '../domain/operation.ts';
import { mayBeOfEntra } from '../users/outsideChange.ts';
import type { OutsideChange, UserRow } from '../users/userRow.ts';
import type { ApplyDependencies } from './applyDependencies.ts';

/** The service, where it records a change outside that it found before a change of its own. */
const finder: Actor = { kind: 'service', id: 'per-user-mfa', name: 'state change' };

/**
 * Records the changes outside that were found before a change of our own, except those that the next sweep classifies.
 * Recording them again changes nothing.
 * @param references how the operation named the users, by object id
 */
export async function recordOutside(
  rows: readonly UserRow[],
  references: ReadonlyMap<string, string>,
  { audit }: Pick<ApplyDependencies, 'audit'>,
): Promise<void> {
  const entries = rows.flatMap((row) =>
    row.outside
      .filter((change) => !mayBeOfEntra(change))
      .map((change) => outsideEntry(row.id, references.get(row.id) ?? row.id, change)),
  );
  await audit.recordEach(entries);
}

/** The entry of a change outside. The same change always gives the same entry. */
function outsideEntry(userId: string, reference: string, change: OutsideChange): AuditEntry {
  const { from, to, at, after } = change;
  return {
    event: 'changedOutside',
    userId,
    reference,
    operationId: null,
    actor: finder,
    reason: 'Found when this service read the state before a change.',
    ...(from === undefined ? {} : { from }),
    to,
    acceptedAt: null,
    at,
    ...(after === '' ? {} : { between: { from: after, to: at } }),
    message:
      'The state differed from the last one that this service knew, and this service did not change it. The audit log of Microsoft Entra shows the actor.',
  };
}
