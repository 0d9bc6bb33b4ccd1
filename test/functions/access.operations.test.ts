import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GraphControl, graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { type Role, roles } from '../../shared/http/caller.ts';
import type { OperationBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { keepAwaitingApproval } from '../support/awaitingApproval.ts';
import { actor } from '../support/operations.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** The requester of every operation here has the same object id as the one of `keepAwaitingApproval`. */
const REQUESTER = actor.id;
const OTHER = '77777777-7777-4888-9999-aaaaaaaaaaa3';

interface Caller {
  readonly kind: 'user' | 'application';
  readonly isRequester: boolean;
  readonly granted: readonly Role[];
}

/** The error code of the refusal; undefined when the caller may do it. */
type Refusal = (caller: Caller) => 'MissingRole' | 'ApproverNotPerson' | 'ApproverIsRequester' | undefined;

const unless = (isAllowed: boolean): ReturnType<Refusal> => (isAllowed ? undefined : 'MissingRole');
const has = ({ granted }: Caller, ...all: readonly Role[]): boolean => all.every((role) => granted.includes(role));

const decides: Refusal = (caller) => {
  if (!has(caller, 'MfaState.Approve', 'MfaState.Read')) return 'MissingRole';
  if (caller.kind === 'application') return 'ApproverNotPerson';
  return caller.isRequester ? 'ApproverIsRequester' : undefined;
};
const raises: Refusal = (caller) => unless(has(caller, 'MfaState.Read', 'MfaState.Strengthen'));
const lowers: Refusal = (caller) => unless(has(caller, 'MfaState.Read', 'MfaState.Weaken'));
/** The requester is a person, and has at least the right to read, or to ask for changes. */
const isOwn = (caller: Caller): boolean =>
  caller.isRequester && caller.kind === 'user' && roles.slice(0, 3).some((role: Role) => has(caller, role));

let parts: Parts;
let app: App;
let control: GraphControl;

beforeAll(async () => {
  parts = await startParts({ users: 20 });
  control = graphControl(parts.graph.url);
  app = await startApp(parts, {
    API_AUTH: 'entra',
    API_AUDIENCE: DEFAULT_AUDIENCE,
    API_AUTHORITY: parts.graph.url,
    MAX_OPEN_OPERATIONS_PER_CALLER: '1000',
    EXPRESS_USERS_PER_MINUTE: '10000',
  });
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const tokens = new Map<string, Promise<string>>();

async function authorization({ kind, isRequester, granted }: Caller): Promise<Record<string, string>> {
  const person = kind === 'user' ? { upn: 'ada@contoso.com' } : {};
  const request = { oid: isRequester ? REQUESTER : OTHER, ...person, roles: [...granted] };
  const key = JSON.stringify(request);
  const token = tokens.get(key) ?? control.token(request);
  tokens.set(key, token);
  return { Authorization: `Bearer ${await token}` };
}

/** The id of a finished operation of the requester. */
async function finished(body: object): Promise<string> {
  const headers = await authorization({ kind: 'user', isRequester: true, granted: roles });
  const { id } = await app.request(body, headers);
  await waitUntil(async () => {
    const reply = await app.call<OperationBody>('GET', `operations/${id}`, undefined, headers);
    return reply.body.finishedDateTime !== null;
  }, `operation ${id} has finished`);
  return id;
}

const unknown = { users: ['nobody@contoso.com'] };
const person = (state: 'disabled' | 'enabled') => ({ users: [parts.people.one({ state }).id] });

interface Deed {
  readonly verb: 'approve' | 'reject' | 'undo' | 'retry' | 'cancel';
  readonly of: string;
  /** Makes an operation. A decision is taken once, so each one that is allowed needs an operation of its own. */
  readonly make: () => Promise<string>;
  readonly refusal: Refusal;
}

const DEEDS: readonly Deed[] = [
  { verb: 'approve', of: 'waits', make: () => keepAwaitingApproval(parts.worker()), refusal: decides },
  { verb: 'reject', of: 'waits', make: () => keepAwaitingApproval(parts.worker()), refusal: decides },
  { verb: 'undo', of: 'raised', make: () => finished({ state: 'enabled', ...person('disabled') }), refusal: lowers },
  { verb: 'undo', of: 'lowered', make: () => finished({ state: 'disabled', ...person('enabled') }), refusal: raises },
  { verb: 'retry', of: 'was to raise', make: () => finished({ state: 'enabled', ...unknown }), refusal: raises },
  { verb: 'retry', of: 'was to lower', make: () => finished({ state: 'disabled', ...unknown }), refusal: lowers },
  {
    verb: 'cancel',
    of: 'raises',
    make: () => finished({ state: 'enabled', ...unknown }),
    refusal: (caller) => unless(has(caller, 'MfaState.Weaken') || isOwn(caller)),
  },
  {
    verb: 'cancel',
    of: 'lowers',
    make: () => finished({ state: 'disabled', ...unknown }),
    refusal: (caller) => unless(has(caller, 'MfaState.Weaken') || has(caller, 'MfaState.Strengthen') || isOwn(caller)),
  },
];

/** Roles that decide about operations. The others are given together: neither helps here. */
const deciding: readonly Role[] = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaState.Approve'];
const others = roles.filter((role) => !deciding.includes(role));

/** Callers with any roles: users and applications, the requester and another one. */
const callers: readonly Caller[] = Array.from({ length: 2 ** deciding.length }, (_, set) =>
  deciding.filter((_role, bit) => (set >> bit) & 1),
)
  .flatMap((some) => [some, [...some, ...others]])
  .flatMap((granted) =>
    (['user', 'application'] as const).flatMap((kind) =>
      [true, false].map((isRequester) => ({ kind, isRequester, granted })),
    ),
  );

it.each(DEEDS)('$verb an operation that $of: a caller with any roles may do what they say', async (deed) => {
  const { verb, make, refusal } = deed;
  const shared = await make();
  const body = verb === 'retry' || verb === 'cancel' ? undefined : { reason: 'seen' };
  async function answered(caller: Caller): Promise<object> {
    const id = refusal === decides && refusal(caller) === undefined ? await make() : shared;
    const { status, headers } = await app.call('POST', `operations/${id}/${verb}`, body, await authorization(caller));
    return { ...caller, status, code: headers.get('x-ms-error-code') ?? undefined };
  }
  const expected = callers.map((caller) => {
    const code = refusal(caller);
    return { ...caller, status: code === undefined ? 202 : 403, code };
  });
  expect(await Promise.all(callers.map(answered))).toEqual(expected);
  expect(new Set(expected.map(({ status }) => status)).size).toBe(2);
});
