import { createHash } from 'node:crypto';
import { type GraphControl, graphControl } from '../../../local/graph/control.ts';
import { PILOT_GROUP_ID } from '../../../local/graph/directory/fixedUsers.ts';
import { DEFAULT_AUDIENCE } from '../../../local/graph/issuer/accessToken.ts';
import type { LedgerEntry } from '../../../local/graph/ledger.ts';
import { isTerminal } from '../../../shared/domain/operation.ts';
import type { AuditEntryView } from '../../../shared/http/auditEntryView.ts';
import { roles } from '../../../shared/http/caller.ts';
import type { OperationItemView } from '../../../shared/http/itemView.ts';
import type { OperationView } from '../../../shared/http/operationView.ts';
import type { ListBody } from '../api.ts';
import { type App, startApp } from '../app.ts';
import { type Parts, startParts } from '../parts.ts';
import { waitUntil } from '../waitUntil.ts';
import { type FirstStates, type PowersCaller, PRIVILEGED, PROTECTED, type Step, type Story, USERS } from './steps.ts';

/** Limits that bind in a tenant of this size. */
export const MAX_LOWERED = 6;
export const WITHOUT_APPROVAL = 3;
/** A write that is under way when a halt is answered may still arrive in this time. One instance serves requests and queues. */
export const HALT_GRACE_MS = 2_000;
/** How far the work has come is not judged, so a step does not wait for it longer. */
const SETTLE_MS = 15_000;

/** What a caller did, and the answer. */
export interface Act {
  readonly step: Step;
  readonly caller: PowersCaller & { readonly id: string };
  /** The operation that a request made or was about; undefined for a halt and its end. */
  readonly operation: string | undefined;
  readonly target: string | undefined;
  readonly startedAt: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** The truth about a tenant at the end. */
export interface Evidence {
  readonly acts: readonly Act[];
  readonly writes: readonly LedgerEntry[];
  readonly entries: readonly AuditEntryView[];
  readonly operations: ReadonlyMap<string, OperationView>;
  /** The users of each finished operation, apart from dry runs. */
  readonly items: ReadonlyMap<string, readonly OperationItemView[]>;
  readonly privileged: ReadonlySet<string>;
  readonly protectedUsers: ReadonlySet<string>;
}

export interface Request {
  readonly step: Step;
  /** The id of the operation, the same in both tenants. */
  readonly id: string;
  /** The operation that the step is about. */
  readonly target: Act | undefined;
  /** When an exception ends, the same in both tenants. */
  readonly until: string;
}

/** A tenant with the service, in which callers act. */
export class Tenant {
  readonly acts: Act[] = [];
  readonly #parts: Parts;
  readonly #app: App;
  readonly #control: GraphControl;
  readonly #callers: readonly { caller: Act['caller']; token: string }[];
  readonly #admin: Readonly<Record<string, string>>;
  /** Operations that are known to wait for the end of a halt, some seconds longer than the halt. */
  readonly #halted = new Set<string>();
  #isHalted = false;
  /** The operations that waited for approval when the work was last waited for. */
  #awaitingApproval: readonly string[] = [];

  private constructor(
    parts: Parts,
    app: App,
    control: GraphControl,
    callers: readonly { caller: Act['caller']; token: string }[],
    admin: string,
  ) {
    this.#parts = parts;
    this.#app = app;
    this.#control = control;
    this.#callers = callers;
    this.#admin = { Authorization: `Bearer ${admin}` };
  }

  static async start({ callers }: Story, first: FirstStates): Promise<Tenant> {
    const parts = await startParts({ users: USERS });
    const control = graphControl(parts.graph.url);
    const { directory } = parts.graph;
    for (let user = 0; user < USERS; user++) {
      await control.setState(directory.id(user), first.states[user] ?? 'disabled');
      if (first.registered[user]) await control.register(directory.id(user));
    }
    for (const user of PRIVILEGED) await control.assignRole(directory.id(user));
    const app = await startApp(parts, {
      API_AUTH: 'entra',
      API_AUDIENCE: DEFAULT_AUDIENCE,
      API_AUTHORITY: parts.graph.url,
      GRAPH_CONSISTENCY_SECONDS: '1',
      MAX_LOWERED_PER_DAY: String(MAX_LOWERED),
      LOWERED_WITHOUT_APPROVAL: String(WITHOUT_APPROVAL),
      // Whether a caller has too many open operations depends on time, and is not looked at here.
      MAX_OPEN_OPERATIONS_PER_CALLER: '1000',
      EXPRESS_USERS_PER_MINUTE: '10000',
      PROTECTED_USERS: PROTECTED.map((user) => directory.id(user)).join(','),
    });
    const known = callers.map(async (caller, position) => {
      const id = uuidOf(`caller ${position}`);
      const person = caller.kind === 'user' ? { upn: `caller${position}@contoso.com` } : {};
      return {
        caller: { ...caller, id },
        token: await control.token({ oid: id, ...person, roles: [...caller.roles] }),
      };
    });
    const admin = await control.token({ oid: uuidOf('admin'), roles: [...roles] });
    return new Tenant(parts, app, control, await Promise.all(known), admin);
  }

  async act(request: Request): Promise<Act> {
    const { step, target, id } = request;
    const who = this.#callers[step.by];
    if (who === undefined) throw new Error(`There is no caller ${step.by}`);
    const { caller, token } = who;
    const { method, path, body, operation } = this.#callOf(request);
    const startedAt = Date.now();
    const reply = await this.#app.call<unknown>(method, path, body, {
      Authorization: `Bearer ${token}`,
      'Operation-Id': operation ?? id,
    });
    const act: Act = {
      step,
      caller,
      operation,
      target: target?.operation,
      startedAt,
      answeredAt: Date.now(),
      status: reply.status,
      headers: Object.fromEntries(reply.headers),
      body: reply.body,
    };
    this.acts.push(act);
    if (this.#isHalted && act.status === 202 && act.operation !== undefined) this.#halted.add(act.operation);
    if (act.status === 200 && step.deed.kind === 'halt' && !this.#isHalted) await this.#beginHalt();
    if (act.status === 200 && step.deed.kind === 'resume') this.#isHalted = false;
    return act;
  }

  /** Waits for the work that can be done now. */
  async settle(limitMs = SETTLE_MS): Promise<void> {
    const end = Date.now() + limitMs;
    const isDone = async (): Promise<boolean> => {
      const operations = [...(await this.#operations()).values()];
      this.#awaitingApproval = operations.filter(({ status }) => status === 'AwaitingApproval').map(({ id }) => id);
      return (
        Date.now() > end ||
        operations.every(
          ({ id, status }) => this.#waitsForResume(id) || status === 'AwaitingApproval' || isTerminal(status),
        )
      );
    };
    await waitUntil(isDone, 'the operations have settled');
  }

  awaitsApproval(act: Act): boolean {
    return this.#awaitingApproval.includes(act.operation ?? '');
  }

  async evidence(): Promise<Evidence> {
    await this.settle(60_000);
    const operations = await this.#operations();
    const items = new Map<string, readonly OperationItemView[]>();
    for (const { id, dryRun, finishedDateTime } of operations.values())
      if (!dryRun && finishedDateTime !== null) items.set(id, await this.#list(`operations/${id}/items`));
    const entries = await this.#list<AuditEntryView>('audit');
    const { directory } = this.#parts.graph;
    const holders = directory.roles.flatMap(({ principal }) =>
      'user' in principal ? [principal.user] : [...principal.group.users],
    );
    const idsOf = (users: readonly number[]) => new Set(users.map((user) => directory.id(user)));
    const writes = (await this.#control.ledger()).filter(({ appliedBy }) => appliedBy === 'client');
    const { syncAccount } = directory;
    return {
      acts: this.acts,
      writes,
      entries,
      operations,
      items,
      privileged: idsOf(holders),
      protectedUsers: idsOf([...PROTECTED, ...(syncAccount === undefined ? [] : [syncAccount])]),
    };
  }

  async close(): Promise<void> {
    await this.#app.child.stop();
    await this.#parts.close();
  }

  /** The address and the time are the only differences that answers may have, apart from ids of tokens. */
  plain(text: string): string {
    return text.replaceAll(this.#app.url, 'API').replaceAll(this.#parts.graph.url, 'GRAPH');
  }

  #callOf({ step: { deed }, id, target, until }: Request): {
    readonly method: string;
    readonly path: string;
    readonly body?: object;
    readonly operation?: string;
  } {
    const user = (position: number): string => this.#parts.graph.directory.id(position);
    const about = target?.operation ?? id;
    switch (deed.kind) {
      case 'change': {
        const { state, users, dryRun, acknowledge, isException } = deed;
        const named = users.length === 0 ? { group: PILOT_GROUP_ID } : { users: users.map(user) };
        const end = isException && state === 'disabled' ? { until } : {};
        const body = { state, reason: 'a list', dryRun, acknowledge, ...named, ...end };
        return { method: 'POST', path: 'state-changes', body, operation: id };
      }
      case 'repeat': {
        const first = target?.step.deed.kind === 'change' ? target : undefined;
        if (first === undefined) return { method: 'GET', path: 'operations' };
        return { ...this.#callOf({ step: first.step, id: about, target: undefined, until }), operation: about };
      }
      case 'retry':
        return {
          method: 'POST',
          path: `operations/${about}/retry`,
          body: { acknowledge: deed.acknowledge },
          operation: id,
        };
      case 'undo': {
        const body = { reason: 'wrong list', acknowledge: deed.acknowledge };
        return { method: 'POST', path: `operations/${about}/undo`, body, operation: id };
      }
      case 'cancel':
        return { method: 'POST', path: `operations/${about}/cancel`, operation: about };
      case 'approve':
      case 'reject':
        return { method: 'POST', path: `operations/${about}/${deed.kind}`, body: { reason: 'seen' }, operation: about };
      case 'halt':
        return { method: 'POST', path: 'halt', body: { reason: 'an attack' } };
      case 'resume':
        return { method: 'DELETE', path: 'halt' };
      case 'look':
        return { method: 'GET', path: deed.path.replace('OPERATION', about).replace('USER', user(7)) };
    }
  }

  /** From now on, what is under way waits for the end of the halt, and some seconds longer. */
  async #beginHalt(): Promise<void> {
    this.#isHalted = true;
    const since = Date.now();
    await waitUntil(() => Date.now() > since + HALT_GRACE_MS, 'writes that were under way have arrived');
    for (const { id, status } of (await this.#operations()).values()) if (!isTerminal(status)) this.#halted.add(id);
  }

  /** A change that is made during a halt has reached the worker when the log says that it waits. */
  #waitsForResume(id: string): boolean {
    if (!this.#halted.has(id)) return false;
    return !this.#isHalted || this.#app.lines.some((line) => line.includes(id) && /"putAside":[1-9]/.test(line));
  }

  async #operations(): Promise<ReadonlyMap<string, OperationView>> {
    return new Map((await this.#list<OperationView>('operations')).map((operation) => [operation.id, operation]));
  }

  /** All pages of a list, as an administrator sees them. */
  async #list<T>(path: string): Promise<T[]> {
    const found: T[] = [];
    for (let next: string | undefined = path; next !== undefined; ) {
      const { body }: { body: ListBody<T> } = await this.#app.call<ListBody<T>>('GET', next, undefined, this.#admin);
      found.push(...body.value);
      next = body.nextLink;
    }
    return found;
  }
}

/** The same text gives the same id. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
