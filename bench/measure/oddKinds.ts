import type { GraphControl } from '../../local/graph/control.ts';

/** Longer than any wait for Graph. */
const HANG_MS = 120_000;

/** A way in which Graph answers for one user as for no other. */
export interface OddKind {
  readonly name: string;
  /** From now on Graph answers so for this user. @param id object id */
  readonly make: (graph: GraphControl, id: string) => Promise<unknown>;
}

const stateOf = (id: string): string => `/users/${id}/authentication/requirements$`;
const anything = (id: string): string => `/users/${id}/authentication/`;

/** The one that hangs is the last, because its batches hang as well for minutes. */
export const oddKinds: readonly OddKind[] = [
  {
    name: 'null state',
    make: (graph, id) =>
      graph.addFault({
        match: { method: 'GET', path: stateOf(id) },
        fault: { status: 200, body: { perUserMfaState: null } },
      }),
  },
  {
    name: 'unknown state',
    make: (graph, id) =>
      graph.addFault({
        match: { method: 'GET', path: stateOf(id) },
        fault: { status: 200, body: { perUserMfaState: 'suspended' } },
      }),
  },
  {
    name: 'always 500',
    make: (graph, id) => graph.addFault({ match: { path: anything(id) }, fault: { status: 500 } }),
  },
  {
    name: '403',
    make: (graph, id) => graph.addFault({ match: { path: anything(id) }, fault: { status: 403 } }),
  },
  {
    // The plan has looked the user up by then: it does not read what is below.
    name: '404 after planning',
    make: (graph, id) => graph.addFault({ match: { path: anything(id) }, fault: { status: 404 } }),
  },
  {
    name: 'hang',
    make: (graph, id) => graph.addFault({ match: { path: anything(id) }, fault: { hangMs: HANG_MS } }),
  },
];
