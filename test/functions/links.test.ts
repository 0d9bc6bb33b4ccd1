import { randomUUID } from 'node:crypto';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../local/graph/issuer/accessToken.ts';
import { routes } from '../../shared/contract/routes.ts';
import { roles } from '../../shared/http/caller.ts';
import { newSweep } from '../../shared/registration/sweep.ts';
import { sweep } from '../shared/registration/sweeps.ts';
import { type App, startApp } from '../support/app.ts';
import { auditEntry, record } from '../support/auditEntries.ts';
import { keepAwaitingApproval } from '../support/awaitingApproval.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';

const API_URL = 'https://mfa.contoso.com/tools/per-user';
const FOREIGN = 'foreign.example';
/** The headers with which a proxy, or any caller, may name the address of a request. */
const FORGED = {
  'X-Forwarded-Host': 'forged.example',
  'X-Forwarded-Proto': 'ftp',
  'X-Forwarded-Prefix': '/forged',
  'X-Original-Host': 'forged.example',
  'X-Original-URL': '/forged/api',
  Forwarded: 'host=forged.example;proto=ftp',
};

let parts: Parts;
/** With the setting API_URL, and without. */
let named: App;
let unnamed: App;
let token: string;
let approver: string;
/** An operation with more users than a page holds. */
let operation: string;

beforeAll(async () => {
  parts = await startParts({ users: 150 });
  const auth = { API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: parts.graph.url };
  [named, unnamed] = await Promise.all([startApp(parts, { ...auth, API_URL: `${API_URL}/` }), startApp(parts, auth)]);
  token = await graphControl(parts.graph.url).token({ roles: [...roles] });
  approver = await graphControl(parts.graph.url).token({ roles: [...roles], upn: 'ben@contoso.com' });

  const deps = parts.worker();
  await sweep(deps); // lists users
  const numbers = Array.from({ length: 21 }, (_, number) => number + 2);
  await Promise.all(
    numbers.map((number) =>
      deps.sweeps.report({ ...newSweep('x', deps.now(), undefined), number }, 'completed', deps.now()),
    ),
  );
  const now = new Date(deps.now()).toISOString();
  await record(
    deps,
    Array.from({ length: 101 }, () => auditEntry(now)),
  );
  const unknown = Array.from({ length: 1_050 }, (_, number) => `unknown-${number}@contoso.com`);
  operation = await requestChange(unknown);
  await Promise.all(numbers.map(() => requestChange(['nobody@contoso.com'])));
});
afterAll(async () => {
  await Promise.all([named.child.stop(), unnamed.child.stop()]);
  await parts.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Calls an app on this machine under whatever name. */
async function call(
  app: App,
  method: string,
  path: string,
  options: { readonly host?: string; readonly body?: object | string; readonly bearer?: string } = {},
): Promise<Answer> {
  const headers = {
    Authorization: `Bearer ${options.bearer ?? token}`,
    'Content-Type': typeof options.body === 'string' ? 'text/csv' : 'application/json',
    'Operation-Id': randomUUID(),
    ...FORGED,
    ...(options.host === undefined ? {} : { Host: options.host }),
  };
  const response = await new Promise<Parameters<NonNullable<Parameters<typeof request>[2]>>[0]>((resolve, reject) => {
    const sent = request(`${app.url}/${path}`, { method, headers }, resolve);
    sent.once('error', reject);
    sent.end(typeof options.body === 'object' ? JSON.stringify(options.body) : options.body);
  });
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

async function requestChange(users: readonly string[]): Promise<string> {
  const body = { state: 'enabled', users, reason: 'a test' };
  return JSON.parse((await call(named, 'POST', 'state-changes', { body })).body).id;
}

/** Waits until an operation has finished, and returns its last status. */
const over = (id: string): Promise<unknown> =>
  waitUntil(
    async () => JSON.parse((await call(named, 'GET', `operations/${id}`)).body).finishedDateTime !== null,
    `operation ${id} has finished`,
  );

/** Links anywhere in an answer: in its headers, and in what it says. */
function linksOf({ headers, body }: Answer): string[] {
  const told = [headers.location, headers['operation-location'], headers.link, body];
  return told.flatMap((said) => String(said ?? '').match(/\bhttps?:\/\/[^\s"<>\\]+/g) ?? []);
}

/** Decides, as a second person, about an operation that waits. */
async function decide(app: App, decision: 'approve' | 'reject', host: string | undefined): Promise<Answer> {
  const id = await keepAwaitingApproval(parts.worker());
  const body = { reason: 'a test' };
  return call(app, 'POST', `operations/${id}/${decision}`, { host, body, bearer: approver });
}

const change = () => ({ state: 'enabled', users: [parts.people.one().id], reason: 'a test', dryRun: true });

/** Every endpoint whose answer has links, and how many there are at least. The others have none. */
const WITH_LINKS: Readonly<
  Record<string, { readonly links: number; readonly call: (app: App, host?: string) => Promise<Answer> }>
> = {
  requestStateChange: {
    links: 2,
    call: (app, host) => call(app, 'POST', 'state-changes', { body: change(), host }),
  },
  requestStateChangeFromCsv: {
    links: 2,
    call: (app, host) =>
      call(app, 'POST', 'state-changes/csv?state=enabled&reason=a+test&dryRun=true', {
        body: `user\n${parts.people.one().id}\n`,
        host,
      }),
  },
  getOperationResult: {
    links: 2,
    call: async (app, host) => {
      // Graph does not answer, so the operation has not finished.
      const rule = parts.graph.faults.add({ match: {}, fault: { status: 503, retryAfterSeconds: 1 } });
      const id = await requestChange([parts.people.one().id]);
      const answer = await call(app, 'GET', `operations/${id}/result`, { host });
      parts.graph.faults.remove(rule);
      return answer;
    },
  },
  cancelOperation: { links: 2, call: (app, host) => call(app, 'POST', `operations/${operation}/cancel`, { host }) },
  retryOperation: {
    links: 2,
    call: async (app, host) => {
      const id = await requestChange(['nobody@contoso.com']);
      await over(id);
      return call(app, 'POST', `operations/${id}/retry`, { host });
    },
  },
  undoOperation: {
    links: 2,
    call: async (app, host) => {
      const id = await requestChange([parts.people.one().id]);
      await over(id);
      return call(app, 'POST', `operations/${id}/undo`, { host, body: { reason: 'a test' } });
    },
  },
  approveOperation: { links: 2, call: (app, host) => decide(app, 'approve', host) },
  rejectOperation: { links: 2, call: (app, host) => decide(app, 'reject', host) },
  listOperations: { links: 1, call: (app, host) => call(app, 'GET', 'operations', { host }) },
  listOperationItems: { links: 1, call: (app, host) => call(app, 'GET', `operations/${operation}/items`, { host }) },
  listUsers: { links: 1, call: (app, host) => call(app, 'GET', 'users', { host }) },
  listSweeps: { links: 1, call: (app, host) => call(app, 'GET', 'sweeps', { host }) },
  listAudit: { links: 1, call: (app, host) => call(app, 'GET', 'audit', { host }) },
  exportAudit: {
    links: 1,
    call: (app, host) => call(app, 'GET', 'audit/export?fromDateTime=2015-01-01T00:00:00Z', { host }),
  },
  exportAuditNdjson: {
    links: 1,
    call: (app, host) => call(app, 'GET', 'audit/export/ndjson?fromDateTime=2015-01-01T00:00:00Z', { host }),
  },
};
const WITHOUT_LINKS: Readonly<Record<string, (app: App, host?: string) => Promise<Answer>>> = {
  getOperation: (app, host) => call(app, 'GET', `operations/${operation}`, { host }),
  getUserMfaState: (app, host) => call(app, 'GET', `users/${parts.people.one().id}/mfa-state`, { host }),
  exportUsers: (app, host) => call(app, 'GET', 'users/export', { host }),
  exportUsersNdjson: (app, host) => call(app, 'GET', 'users/export/ndjson', { host }),
  getUserCoverage: (app, host) => call(app, 'GET', 'users/coverage', { host }),
  resendMails: (app, host) => call(app, 'POST', `operations/${operation}/mails/retry`, { host }),
  startSweep: (app, host) => call(app, 'POST', 'sweeps', { host }),
  getUserSummary: (app, host) => call(app, 'GET', 'users/summary', { host }),
  getTenantPolicy: (app, host) => call(app, 'GET', 'tenant/policy', { host }),
  haltWrites: (app, host) => call(app, 'POST', 'halt', { host, body: { reason: 'a test' } }),
  resumeWrites: (app, host) => call(app, 'DELETE', 'halt', { host }),
  getDocs: (app, host) => call(app, 'GET', 'docs', { host }),
  getHealth: (app, host) => call(app, 'GET', 'health', { host }),
  getOpenApi: (app, host) => call(app, 'GET', 'openapi.json', { host }),
};
const entries = Object.entries(WITH_LINKS);

it('there is an entry for every endpoint', () => {
  expect([...Object.keys(WITH_LINKS), ...Object.keys(WITHOUT_LINKS)].sort()).toEqual(
    routes.map(({ name }) => name).sort(),
  );
});

describe('with API_URL', () => {
  it.each(entries)('the links of %s start with it, whatever name the request was made to', async (_, entry) => {
    const answer = await entry.call(named, FOREIGN);
    expect(answer.status, answer.body).toBeLessThan(300);
    const links = linksOf(answer);
    expect(links.length).toBeGreaterThanOrEqual(entry.links);
    expect(links.filter((link) => !link.startsWith(`${API_URL}/`))).toEqual([]);
    expect(JSON.stringify(answer)).not.toMatch(/foreign|forged/);
  });

  it.each(Object.entries(WITHOUT_LINKS))('%s does not say the name that the request was made to', async (_, ask) => {
    const answer = await ask(named, FOREIGN);
    expect(answer.status, answer.body).toBe(200);
    expect(JSON.stringify(answer)).not.toMatch(/foreign|forged/);
  });

  it.each(entries.filter(([id]) => id.startsWith('list') || id === 'exportAudit'))(
    'the link of %s leads to its next page, through what stands before the app',
    async (_, entry) => {
      const [link = ''] = linksOf(await entry.call(named));
      const next = await call(named, 'GET', link.slice(API_URL.length + 1));
      expect(next.status, next.body).toBe(200);
    },
  );
});

describe('without API_URL', () => {
  it.each(entries)('the links of %s start with the address that was called, not a forged one', async (_, entry) => {
    const answer = await entry.call(unnamed);
    const links = linksOf(answer);
    expect(links.length).toBeGreaterThanOrEqual(entry.links);
    expect(links.filter((link) => !link.startsWith(`${unnamed.url}/`))).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('forged');
  });
});
