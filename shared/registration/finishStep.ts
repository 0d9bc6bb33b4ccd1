import { LANES } from '../domain/lane.ts';
import { isUnreadable } from '../tenant/listIds.ts';
import type { PrivilegedUsersAnswer } from '../tenant/privilegedUsers.ts';
import type { Manifest } from '../users/snapshotStore.ts';
import type { SnapshotUser } from '../users/snapshotUser.ts';
import { mergeRuns } from './mergeRuns.ts';
import { addTally, type StepOf, type Sweep, withNote } from './sweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** Parts of the snapshot that one step writes: about 10,000 users. */
const PARTS_PER_STEP = 20;
/** Notes about changed users are kept for this long before the older snapshot, because a change is noted late. */
const CHANGES_KEPT_MS = 2 * 60 * 60_000;

/**
 * Writes some parts of the snapshot. The last step completes it: lists then show it, and the snapshots before the
 * previous one are removed. Repeating a step writes the same rows, and none of a snapshot that is complete: what it was made
 * from may be removed already.
 */
export async function finishStep(sweep: Sweep, step: StepOf<'finish'>, deps: SweepDependencies): Promise<Sweep> {
  const { staged, snapshots } = deps;
  // Another version of the service may have reconciled some lanes, and staged nothing for the snapshot.
  if (sweep.sortedLanes !== LANES)
    return endSweep(
      withNote(sweep, 'This sweep leaves no new list of users, because another version of the service began it.'),
      sweep.completed?.snapshots ?? [],
      deps,
    );
  const { snapshot = { part: 0, counts: {}, pages: [], after: '' } } = step;
  const [administrators, complete] = await Promise.all([deps.administrators(), snapshots.manifest(sweep.id)]);
  if (complete !== undefined) return publish(sweep, complete, administrators, deps);
  let { part, counts, pages, after } = snapshot;
  for await (const merged of mergeRuns(staged, sweep, snapshot)) {
    if (part - snapshot.part === PARTS_PER_STEP)
      return { ...sweep, step: { kind: 'finish', snapshot: { part, counts, pages, after } } };
    const users = merged.users.map((user) => ({ ...user, administrator: isAdministrator(user, administrators) }));
    counts = addTally(counts, await snapshots.putPart(sweep.id, part, users));
    part++;
    pages = [...merged.next.pages];
    after = merged.next.after;
  }
  const manifest = { id: sweep.id, asOf: sweep.listedFrom, parts: part, counts };
  await snapshots.complete(manifest);
  return publish(sweep, manifest, administrators, deps);
}

/** Does what follows from a complete snapshot, each of which may be repeated. */
async function publish(
  sweep: Sweep,
  { counts }: Manifest,
  administrators: PrivilegedUsersAnswer,
  deps: SweepDependencies,
): Promise<Sweep> {
  const { snapshots } = deps;
  await deps.coverage.record({ asOf: sweep.listedFrom, sweep: sweep.number, counts });
  const kept = [sweep.id, ...(sweep.completed?.snapshots ?? []).filter((id) => id !== sweep.id)].slice(0, 2);
  await snapshots.removeOthers(kept);
  const older = Date.parse(sweep.completed?.asOf ?? sweep.listedFrom) - CHANGES_KEPT_MS;
  await deps.changedUsers.forget(new Date(older).toISOString());
  const noted = administratorsNote(administrators);
  return endSweep(noted === undefined ? sweep : withNote(sweep, noted), kept, deps);
}

async function endSweep(sweep: Sweep, snapshots: readonly string[], deps: SweepDependencies): Promise<Sweep> {
  const { id, number, startedAt, entries } = sweep;
  const found = { sweepId: id, sweep: number, from: startedAt };
  const { stuckEnabled = 0, changedOutside = 0 } = entries;
  if (stuckEnabled > 0) await deps.queueEvent({ event: 'stuckUsersFound', ...found, users: stuckEnabled });
  if (changedOutside > 0) await deps.queueEvent({ event: 'changedOutsideFound', ...found, users: changedOutside });
  await deps.staged.clear(id);
  const auditedFrom = sweep.isTrailRead ? sweep.listedFrom : sweep.completed?.auditedFrom;
  const confirmedFrom = sweep.isIncomplete ? sweep.completed?.confirmedFrom : sweep.listedFrom;
  const completed = {
    number,
    asOf: sweep.listedFrom,
    users: sweep.users,
    snapshots: [...snapshots],
    ...(auditedFrom === undefined ? {} : { auditedFrom }),
    ...(confirmedFrom === undefined ? {} : { confirmedFrom }),
  };
  return { ...sweep, step: { kind: 'done' }, completed };
}

function isAdministrator({ id }: SnapshotUser, administrators: PrivilegedUsersAnswer): boolean | null {
  return administrators === undefined || isUnreadable(administrators) ? null : administrators.has(id);
}

function administratorsNote(administrators: PrivilegedUsersAnswer): string | undefined {
  if (administrators === undefined)
    return 'Microsoft Graph did not show the accounts with directory roles, so the lists do not tell who is an administrator.';
  return isUnreadable(administrators)
    ? `The lists do not tell who is an administrator. ${administrators.unreadable.message}`
    : undefined;
}
