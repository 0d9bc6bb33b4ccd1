import type { MfaState } from '../../local/graph/directory/mfaState.ts';
import { stateName } from '../../local/graph/directory/mfaState.ts';
import type { GraphSimulator } from '../../local/graph/simulator.ts';

/** A user of the simulated tenant. */
export interface Person {
  readonly index: number;
  readonly id: string;
  readonly name: string;
}

export interface Wanted {
  readonly state?: MfaState;
  readonly registered?: boolean;
  readonly guest?: boolean;
  readonly promotable?: boolean;
  /** Anything else that must hold, such as the lane of the id. */
  readonly where?: (person: Person) => boolean;
}

/** Hands out users, each at most once, so that tests that share a tenant do not meet. */
export class People {
  readonly #graph: GraphSimulator;
  readonly #taken = new Set<number>();

  constructor(graph: GraphSimulator) {
    this.#graph = graph;
    const { syncAccount } = graph.directory;
    if (syncAccount !== undefined) this.#taken.add(syncAccount); // it is protected
    for (const { principal } of graph.directory.roles) // they are not lowered
      for (const user of 'user' in principal ? [principal.user] : principal.group.users) this.#taken.add(user);
  }

  /** @throws Error when the tenant has not so many of them left */
  take(count: number, wanted: Wanted = { state: 'disabled' }): Person[] {
    const { directory } = this.#graph;
    const found: Person[] = [];
    for (let index = 0; index < directory.size && found.length < count; index++) {
      const person = { index, id: directory.id(index), name: directory.principalName(index) };
      if (this.#taken.has(index) || !this.#fits(person, wanted)) continue;
      this.#taken.add(index);
      found.push(person);
    }
    if (found.length < count) throw new Error(`The tenant has only ${found.length} more such users`);
    return found;
  }

  one(wanted?: Wanted): Person {
    return this.take(1, wanted)[0] as Person;
  }

  #fits({ index, id, name }: Person, { state, registered, guest = false, promotable, where }: Wanted): boolean {
    const { directory } = this.#graph;
    return (
      (state === undefined || stateName(directory.columns.states[index] as number) === state) &&
      (registered === undefined || directory.registered(index) === registered) &&
      (promotable === undefined || directory.promotable(index) === promotable) &&
      (directory.userType(index) === 'Guest') === guest &&
      (where === undefined || where({ index, id, name }))
    );
  }
}
