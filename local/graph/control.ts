import type { Counters } from './counters.ts';
import type { MethodName } from './directory/authenticationMethods.ts';
import type { MfaState } from './directory/mfaState.ts';
import type { FaultRule } from './faults/faultRule.ts';
import type { ListedFaultRule } from './faults/faultRules.ts';
import type { TokenRequest } from './issuer/accessToken.ts';
import type { LedgerEntry } from './ledger.ts';
import type { SentMail } from './mailbox.ts';
import type { GraphSettings, GraphSettingsPatch } from './settings.ts';

/** A user as they truly are, whatever lagging readers see. */
export interface ControlUser {
  readonly id: string;
  readonly upn: string;
  readonly userType: 'Member' | 'Guest';
  readonly state: MfaState;
  readonly registered: boolean;
  readonly promotable: boolean;
  readonly methods: readonly MethodName[];
  readonly accountEnabled: boolean;
}

/** A group with the number of its direct users and the ids of the groups in it. */
export interface ControlGroup {
  readonly id: string;
  readonly displayName: string;
  readonly users: number;
  readonly groups: readonly string[];
}

export interface ControlState {
  readonly tenantId: string;
  readonly users: number;
  readonly ledgerEntries: number;
  readonly settings: GraphSettings;
  readonly counters: Counters;
}

/**
 * Controls a running simulator over HTTP. Each function throws an Error with the simulator's message when it says no.
 */
export interface GraphControl {
  state(): Promise<ControlState>;
  changeSettings(patch: GraphSettingsPatch): Promise<GraphSettings>;
  /**
   * Resets the simulator: optional new users, an empty ledger, no faults, and the initial settings with these changes.
   */
  reset(start?: { users?: number; seed?: number; settings?: GraphSettingsPatch }): Promise<void>;
  users(): Promise<ControlUser[]>;
  groups(): Promise<ControlGroup[]>;
  /** Gives a user methods, as if they had registered them; Microsoft Authenticator when none is named. */
  register(user: string, methods?: readonly MethodName[]): Promise<ControlUser>;
  /** Changes a state as another administrator would, past the service. */
  setState(user: string, state: MfaState): Promise<ControlUser>;
  deleteUser(user: string): Promise<void>;
  /** Gives a user a directory role, or makes the user eligible for it. */
  assignRole(user: string, options?: { eligible?: boolean }): Promise<void>;
  /** The writes with a number above `after`, in order. */
  ledger(after?: number): Promise<LedgerEntry[]>;
  mailbox(): Promise<SentMail[]>;
  faults(): Promise<ListedFaultRule[]>;
  /** How often each fault happened, by the id of its rule; rules that were removed since are included. */
  faultTotals(): Promise<Readonly<Record<string, number>>>;
  /** Adds a rule and returns its id. */
  addFault(rule: FaultRule): Promise<string>;
  removeFault(id: string): Promise<void>;
  removeFaults(): Promise<void>;
  /** A token of the tenant's issuer, or a forgery. */
  token(request?: TokenRequest): Promise<string>;
  /** Signs with a new key from now on and returns its id; `retire` takes the old ones out of the published set. */
  rotateKeys(options?: { retire?: boolean }): Promise<string>;
}

/** @param url the simulator's address, without a slash at the end */
export function graphControl(url: string): GraphControl {
  const call = async (method: string, path: string, body?: object): Promise<Response> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/control/${path}`, { method, ...init });
    if (response.ok) return response;
    throw new Error(`${method} /control/${path} was answered with ${response.status}: ${await response.text()}`);
  };
  // The simulator is this module's other half, so its answers are taken at their word.
  const json = async <T>(method: string, path: string, body?: object): Promise<T> =>
    (await (await call(method, path, body)).json()) as T;
  const lines = async <T>(path: string): Promise<T[]> => {
    const text = await (await call('GET', path)).text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  };
  const userPath = (user: string): string => `users/${encodeURIComponent(user)}`;

  return {
    state: () => json('GET', 'state'),
    changeSettings: (patch) => json('PATCH', 'settings', patch),
    reset: async (start = {}) => void (await call('POST', 'reset', start)),
    users: () => lines('users'),
    groups: async () => (await json<{ groups: ControlGroup[] }>('GET', 'groups')).groups,
    register: (user, methods) => json('POST', `${userPath(user)}/register`, methods === undefined ? {} : { methods }),
    setState: (user, state) => json('POST', `${userPath(user)}/state`, { state }),
    deleteUser: async (user) => void (await call('DELETE', userPath(user))),
    assignRole: async (user, options = {}) => void (await call('POST', `${userPath(user)}/role`, options)),
    ledger: (after = 0) => lines(`ledger?after=${after}`),
    mailbox: async () => (await json<{ messages: SentMail[] }>('GET', 'mailbox')).messages,
    faults: async () => (await json<{ faults: ListedFaultRule[] }>('GET', 'faults')).faults,
    faultTotals: async () => (await json<{ totals: Record<string, number> }>('GET', 'faults')).totals,
    addFault: async (rule) => (await json<{ id: string }>('POST', 'faults', rule)).id,
    removeFault: async (id) => void (await call('DELETE', `faults/${encodeURIComponent(id)}`)),
    removeFaults: async () => void (await call('DELETE', 'faults')),
    token: async (request = {}) => (await json<{ token: string }>('POST', 'tokens', request)).token,
    rotateKeys: async (options = {}) => (await json<{ kid: string }>('POST', 'keys/rotate', options)).kid,
  };
}
