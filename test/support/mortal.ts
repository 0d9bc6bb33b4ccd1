import type { TableClient } from '@azure/data-tables';
import { AuditStore } from '../../shared/audit/auditStore.ts';
import type { Dependencies } from '../../shared/host/dependencies.ts';
import { DeliveryStore } from '../../shared/notifications/deliveryStore.ts';
import { OperationIndex } from '../../shared/operations/operationIndex.ts';
import { OperationStore } from '../../shared/operations/operationStore.ts';
import { ProgressReader } from '../../shared/operations/progress.ts';
import { SweepStore } from '../../shared/registration/sweepStore.ts';
import { ChangedUsers } from '../../shared/users/changedUsers.ts';
import { SnapshotStore } from '../../shared/users/snapshotStore.ts';
import { Crash } from './crash.ts';

const WRITES = new Set<PropertyKey>([
  'submitTransaction',
  'createEntity',
  'updateEntity',
  'upsertEntity',
  'deleteEntity',
]);

/** Stands around each request to Graph and each write to a table: carries it out, or does not. */
type Around = <T>(work: () => Promise<T>) => Promise<T>;

/** A worker whose requests to Graph and writes to tables all go through a function. */
export function watched(deps: Dependencies, around: Around): Dependencies {
  const open: Dependencies['open'] = async (name) => watchedTable(await deps.open(name), around);
  const operations = new OperationStore(open, deps.now);
  return {
    ...deps,
    open,
    operations,
    index: new OperationIndex(open, deps.now),
    progress: new ProgressReader(operations),
    deliveries: new DeliveryStore(open),
    sweeps: new SweepStore(open),
    snapshots: new SnapshotStore(open),
    changedUsers: new ChangedUsers(open),
    audit: new AuditStore(open, deps.now),
    graph: (request) => around(() => deps.graph(request)),
  };
}

/**
 * A worker whose process ends at a request to Graph or a write to a table: every one from then on fails.
 * @param lives how many work before that
 * @param when whether the last one is still carried out, and its answer is lost
 */
export function mortal(deps: Dependencies, lives: number, when: 'before' | 'after'): Dependencies {
  let left = lives;
  return watched(deps, async (work) => {
    if (left-- > 0) return work();
    if (left === -1 && when === 'after') await work();
    throw new Crash('the process has ended');
  });
}

function watchedTable(table: TableClient, around: Around): TableClient {
  return new Proxy(table, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (!WRITES.has(name)) return member.bind(target);
      return (...args: unknown[]) => around(() => member.apply(target, args) as Promise<unknown>);
    },
  });
}
