import { z } from 'zod';
import { METHOD_NAMES, methodNames } from '../directory/authenticationMethods.ts';
import { DELETED } from '../directory/directory.ts';
import { MFA_STATES, stateCode, stateName } from '../directory/mfaState.ts';
import type { Origin } from '../directory/perUserMfa.ts';
import type { Answer } from '../http/answer.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { GraphError, notFound } from '../http/graphError.ts';
import { readTarget } from '../http/target.ts';
import { type Issuer, issueToken, tokenRequestSchema } from '../issuer/accessToken.ts';
import type { Tenant } from '../tenant.ts';

/** Everything but Graph: looking behind the scenes, and changing them. */
export interface Control {
  readonly tenant: Tenant;
  readonly issuer: Issuer;
}

interface ControlCall {
  readonly tenant: Tenant;
  readonly issuer: Issuer;
  /** The path's segment that stands for an id. */
  readonly id: string;
  readonly query: ReadonlyMap<string, string>;
  readonly body: unknown;
}

type Handler = (call: ControlCall) => Answer | Promise<Answer>;

const resetBody = z.strictObject({
  users: z.number().int().min(0).optional(),
  seed: z.number().int().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
});

/** By method and path; `*` stands for an id. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  'GET state': ({ tenant }) =>
    json({
      tenantId: tenant.outside.tenantId,
      users: tenant.directory.size,
      ledgerEntries: tenant.ledger.entries.length,
      settings: tenant.settings,
      counters: tenant.counters,
    }),
  'PATCH settings': ({ tenant, body }) => {
    tenant.changeSettings(body);
    return json(tenant.settings);
  },
  'POST reset': ({ tenant, body }) => {
    tenant.reset(resetBody.parse(body ?? {}));
    return NO_CONTENT;
  },
  'GET users': ({ tenant }) => ndjson(users(tenant)),
  'DELETE users/*': (call) => {
    call.tenant.deleteUser(userOf(call));
    return NO_CONTENT;
  },
  'POST users/*/register': (call) => {
    const { methods } = z
      .strictObject({ methods: z.array(z.enum(METHOD_NAMES)).min(1).default(['microsoftAuthenticator']) })
      .parse(call.body ?? {});
    const user = userOf(call);
    call.tenant.perUserMfa.register(user, methods, origin(call));
    return json(userLine(call.tenant, user));
  },
  'POST users/*/state': (call) => {
    const { state } = z.strictObject({ state: z.enum(MFA_STATES) }).parse(call.body);
    const user = userOf(call);
    call.tenant.perUserMfa.change(user, stateCode(state), origin(call));
    return json(userLine(call.tenant, user));
  },
  'POST users/*/role': (call) => {
    const { eligible } = z.strictObject({ eligible: z.boolean().default(false) }).parse(call.body ?? {});
    call.tenant.directory.assignRole({ user: userOf(call) }, { isEligible: eligible });
    return NO_CONTENT;
  },
  'GET ledger': ({ tenant, query }) => {
    tenant.perUserMfa.promoteDue();
    return ndjson(tenant.ledger.after(Number(query.get('after') ?? 0)));
  },
  'GET mailbox': ({ tenant }) => json({ messages: tenant.mailbox.sent }),
  'GET groups': ({ tenant }) =>
    json({
      groups: tenant.directory.groups.map(({ id, displayName, users, groups }) => ({
        id,
        displayName,
        users: users.length,
        groups: groups.map((group) => group.id),
      })),
    }),
  'GET faults': ({ tenant }) => json({ faults: tenant.faults.list(), totals: tenant.faults.totals() }),
  'POST faults': ({ tenant, body }) => json({ id: tenant.faults.add(body) }),
  'DELETE faults': ({ tenant }) => json({ removed: tenant.faults.remove() }),
  'DELETE faults/*': ({ tenant, id }) => json({ removed: tenant.faults.remove(id) }),
  'POST tokens': async ({ tenant, issuer, body }) => {
    const token = await issueToken(issuer, tokenRequestSchema.parse(body ?? {}));
    tenant.counters.tokensIssued++;
    return json({ token });
  },
  'POST keys/rotate': async ({ issuer, body }) => {
    const { retire } = z.strictObject({ retire: z.boolean().default(false) }).parse(body ?? {});
    return json({ kid: (await issuer.keys.rotate(retire)).kid });
  },
};

/** Answers `/control/…`. Bad input is 400 with what is wrong, an unknown path 404. */
export async function handleControl({ tenant, issuer }: Control, request: HttpRequest): Promise<Answer> {
  try {
    const { segments, query } = readTarget(request.url);
    const [, resource = '', id = '', action] = segments;
    const names = [`${resource}/${id}`, [resource, '*', ...(action === undefined ? [] : [action])].join('/')];
    const path = id === '' ? resource : names.find((name) => Object.hasOwn(HANDLERS, `${request.method} ${name}`));
    const name = `${request.method} ${path}`;
    const handler = Object.hasOwn(HANDLERS, name) ? HANDLERS[name] : undefined;
    if (handler === undefined) throw new GraphError(404, 'NotFound', `There is no ${request.method} ${request.url}.`);
    return await handler({ tenant, issuer, id, query, body: readJson(request.body) });
  } catch (error) {
    if (error instanceof z.ZodError) return failure(400, 'InvalidInput', z.prettifyError(error));
    if (error instanceof GraphError) return failure(error.status, error.code, error.message);
    throw error;
  }
}

const NO_CONTENT: Answer = { status: 204, headers: {} };

function json(body: object): Answer {
  return { status: 200, headers: {}, body };
}

function failure(status: number, code: string, message: string): Answer {
  return { status, headers: {}, body: { error: { code, message } } };
}

function ndjson(lines: Iterable<object>): Answer {
  let body = '';
  for (const line of lines) body += `${JSON.stringify(line)}\n`;
  return { status: 200, headers: { 'Content-Type': 'application/x-ndjson; charset=utf-8' }, body };
}

function readJson(text: string | undefined): unknown {
  if (text === undefined) throw new GraphError(413, 'TooLarge', 'The request body is too large.');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GraphError(400, 'InvalidInput', 'The body is not JSON.', { cause });
  }
}

function userOf({ tenant, id }: ControlCall): number {
  const user = tenant.directory.find(id);
  if (user === undefined) throw notFound(id);
  return user;
}

function origin({ tenant }: ControlCall): Origin {
  const requestId = tenant.outside.newId();
  return { appliedBy: 'control', appId: 'control', requestId, clientRequestId: requestId };
}

/** Every user that exists, as they truly are. */
function* users(tenant: Tenant): Iterable<object> {
  for (let user = 0; user < tenant.directory.size; user++) {
    if (!tenant.directory.has(user, DELETED)) yield userLine(tenant, user);
  }
}

function userLine({ directory, perUserMfa }: Tenant, user: number): object {
  return {
    id: directory.id(user),
    upn: directory.principalName(user),
    userType: directory.userType(user),
    state: stateName(perUserMfa.state(user)),
    registered: directory.registered(user),
    promotable: directory.promotable(user),
    methods: methodNames(directory.methods(user)),
    accountEnabled: directory.accountEnabled(user),
  };
}
