import { randomUUID } from 'node:crypto';
import type { MethodName } from '../../../local/graph/directory/authenticationMethods.ts';
import { DISABLED, ENABLED, ENFORCED, type MfaState } from '../../../local/graph/directory/mfaState.ts';
import type { AuditEntry } from '../../../shared/audit/entry.ts';
import type { Dependencies } from '../../../shared/dependencies.ts';
import { laneOf } from '../../../shared/lane.ts';
import { type AuditParts, auditRegistrations } from '../../../shared/registration/auditRegistrations.ts';
import { FollowStore } from '../../../shared/registration/followStore.ts';
import type { FollowUp } from '../../../shared/registration/followUp.ts';
import type { Sweep } from '../../../shared/registration/sweep.ts';
import type { Run } from '../../../shared/registration/sweepStore.ts';
import { historyOf } from '../../support/operations.ts';
import type { Parts } from '../../support/parts.ts';
import type { Person } from '../../support/people.ts';

export const DAY_MS = 24 * 60 * 60_000;
const CODES = { disabled: DISABLED, enabled: ENABLED, enforced: ENFORCED };

/** Runs the audit once, as the timer does. */
export function run(deps: Dependencies, options: Partial<AuditParts> = {}) {
  return auditRegistrations({
    ...deps,
    newId: randomUUID,
    promote: false,
    stuckAfterMs: 7 * DAY_MS,
    budgetMs: 480_000,
    reportPauseMs: 0,
    ...options,
  });
}

/** Runs the audit to the end of a sweep. */
export async function sweep(deps: Dependencies, options: Partial<AuditParts> = {}): Promise<Sweep> {
  const { end, sweep: done } = await run(deps, options);
  if (end !== 'completed' || done === undefined) throw new Error(`The sweep was not completed, but ${end}`);
  return done;
}

/** Changes users of the simulated tenant past the service. */
export class Outside {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  set({ index }: Person, state: MfaState): void {
    this.#parts.graph.tenant.perUserMfa.change(index, CODES[state], origin());
  }

  register({ index }: Person, methods: readonly MethodName[] = ['microsoftAuthenticator']): void {
    this.#parts.graph.tenant.perUserMfa.register(index, methods, origin());
  }

  unregister({ index }: Person): void {
    this.#parts.graph.directory.columns.methods[index] = 1;
  }

  delete({ index }: Person): void {
    this.#parts.graph.directory.delete(index);
  }
}

function origin() {
  const requestId = randomUUID();
  return { appliedBy: 'control' as const, appId: 'control', requestId, clientRequestId: requestId };
}

/** A user's entries from the oldest to the newest, as event and states. */
export async function entriesOf(deps: Dependencies, { id }: Person): Promise<string[]> {
  const describe = ({ event, from, to }: AuditEntry): string => [event, ...(from ? [from] : []), to].join(' ');
  return (await historyOf(deps, id)).reverse().map(describe);
}

export async function followUpOf(deps: Dependencies, { id }: Person): Promise<FollowUp | undefined> {
  return (await new FollowStore(deps.open).load(laneOf(id), id)).followUp;
}

export async function runsOf(deps: Dependencies): Promise<Run[]> {
  const runs: Run[] = [];
  for await (const { run } of deps.sweeps.newestFirst()) runs.push(run);
  return runs;
}
