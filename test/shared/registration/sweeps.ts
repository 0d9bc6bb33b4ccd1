import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { MethodName } from '../../../local/graph/directory/authenticationMethods.ts';
import { DELETED } from '../../../local/graph/directory/directory.ts';
import { type MfaState, stateCode, stateName } from '../../../local/graph/directory/mfaState.ts';
import { type AuditEntry, auditEntrySchema } from '../../../shared/audit/entry.ts';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { type AdvanceSweepDependencies, advanceSweep } from '../../../shared/registration/advanceSweep.ts';
import type { Sweep } from '../../../shared/registration/sweep.ts';
import type { SweepReport } from '../../../shared/registration/sweepStore.ts';
import type { UserHistory } from '../../../shared/registration/userHistory.ts';
import { UserHistoryStore } from '../../../shared/registration/userHistoryStore.ts';
import { fromSplitText } from '../../../shared/tables/splitText.ts';
import type { SnapshotUser } from '../../../shared/users/snapshotUser.ts';
import { historyOf } from '../../support/operations.ts';
import type { Parts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';

export const DAY_MS = 24 * 60 * 60_000;

/** Runs the audit once, as the timer does. */
export function run(deps: Dependencies, options: Partial<AdvanceSweepDependencies> = {}) {
  return advanceSweep({
    ...deps,
    newId: randomUUID,
    promote: false,
    stuckAfterMs: 7 * DAY_MS,
    remind: undefined,
    maxReminders: 300,
    budgetMs: 480_000,
    reportPauseMs: 0,
    ...options,
  });
}

/** Runs the audit to the end of a sweep. */
export async function sweep(deps: Dependencies, options: Partial<AdvanceSweepDependencies> = {}): Promise<Sweep> {
  const { end, sweep: done } = await run(deps, options);
  if (end !== 'completed' || done === undefined) throw new Error(`The sweep was not completed, but ${end}`);
  return done;
}

/** Lists users in pages of this size, so that a small tenant has several. */
export function inPagesOf(size: number, deps: Dependencies): Dependencies {
  const top = `$top=${size}`;
  return { ...deps, graph: (request) => deps.graph({ ...request, path: request.path.replace('$top=999', top) }) };
}

/** Changes users of the simulated tenant past the service. */
export class Outside {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  set({ index }: Pick<Person, 'index'>, state: MfaState): void {
    this.#parts.graph.tenant.perUserMfa.change(index, stateCode(state), origin());
  }

  /** Enforces a user as Entra does after a registration. */
  enforceByEntra({ index }: Pick<Person, 'index'>): void {
    this.#parts.graph.tenant.perUserMfa.change(index, stateCode('enforced'), { ...origin(), appliedBy: 'entra' });
  }

  register({ index }: Pick<Person, 'index'>, methods: readonly MethodName[] = ['microsoftAuthenticator']): void {
    this.#parts.graph.tenant.perUserMfa.register(index, methods, origin());
  }

  /** Leaves a user with a password only. */
  unregister({ index }: Pick<Person, 'index'>): void {
    this.#parts.graph.directory.columns.methods[index] = 1;
  }

  delete({ index }: Pick<Person, 'index'>): void {
    this.#parts.graph.directory.delete(index);
  }
}

function origin() {
  const requestId = randomUUID();
  return { appliedBy: 'control' as const, appId: 'control', requestId, clientRequestId: requestId };
}

/** A user's entries from the oldest to the newest, as event and states. */
export async function entriesOf(deps: Dependencies, { id }: Pick<Person, 'id'>): Promise<string[]> {
  return (await historyOf(deps, id))
    .reverse()
    .map(({ event, from, to }) => [event, from, to].filter(Boolean).join(' '));
}

export async function followUpOf(deps: Dependencies, { id }: Person): Promise<UserHistory | undefined> {
  return (await new UserHistoryStore(deps.open).load(laneOf(id), id)).history;
}

export async function runsOf(deps: Dependencies): Promise<SweepReport[]> {
  const reports: SweepReport[] = [];
  for await (const { report } of deps.sweeps.newestFirst()) reports.push(report);
  return reports;
}

async function rowsOf(deps: Dependencies, name: Parameters<Dependencies['open']>[0]) {
  const rows: Record<string, unknown>[] = [];
  for await (const row of (await deps.open(name)).listEntities()) rows.push(row);
  return rows;
}

/** All findings in the record by user, the same in both of its tables. */
export async function findings(deps: Dependencies): Promise<AuditEntry[]> {
  const byUser = (await rowsOf(deps, 'audit')).map((row) => auditEntrySchema.parse(fromSplitText('entry', row)));
  const byTime = (await rowsOf(deps, 'auditByTime')).flatMap((row) =>
    auditEntrySchema.array().parse(fromSplitText('entries', row)),
  );
  const lines = (entries: readonly AuditEntry[]): string[] => entries.map((entry) => JSON.stringify(entry)).sort();
  expect(lines(byTime)).toEqual(lines(byUser));
  return byUser.filter(({ operationId }) => operationId === null);
}

/** All users of the newest snapshot, in its order, and no other snapshot's. */
export async function listedUsers({ sweeps, snapshots }: Dependencies): Promise<SnapshotUser[]> {
  const [id = ''] = (await sweeps.completed())?.snapshots ?? [];
  const manifest = await snapshots.manifest(id);
  if (manifest === undefined) throw new Error('There is no snapshot.');
  const users: SnapshotUser[] = [];
  for await (const part of snapshots.parts(id, { from: 0, to: manifest.parts - 1 })) users.push(...part.users);
  return users;
}

/**
 * The lists must show every user of the tenant exactly once with the current state, and no others; nothing may be left
 * staged.
 */
export async function expectListsToBeTrue(parts: Parts, deps: Dependencies): Promise<void> {
  const { directory } = parts.graph;
  const listed = (await listedUsers(deps)).map(({ name, state }) => `${name} ${state ?? 'unknown'}`);
  const real = Array.from({ length: directory.size }, (_, user) => user)
    .filter((user) => !directory.has(user, DELETED))
    .map((user) => `${directory.principalName(user)} ${stateName(directory.columns.states[user] as number)}`);
  expect(listed.sort()).toEqual(real.sort());
  expect(await rowsOf(deps, 'sweepPages')).toEqual([]);
}
