import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import fc from 'fast-check';
import { z } from 'zod';
import { graphControl } from '../../local/graph/control.ts';
import { credentialsOf } from './credentials.ts';
import { acceptedOf, judge } from './judge.ts';
import type { FuzzRoute } from './paths.ts';
import { type FuzzRequest, fuzzRequests } from './request.ts';
import { send } from './send.ts';
import { findTraces, type Stores } from './traces.ts';

/** A running service without queue triggers, so that all queued messages stay and can be counted. */
export interface FuzzTarget extends Stores {
  /** The address of the Functions host, without the route prefix. */
  readonly hostUrl: string;
  /** The Graph simulator, which issues the tokens that the service takes. */
  readonly graphUrl: string;
}

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  readonly onProgress?: (sent: number) => void;
}

/** A request that was not answered as it must be. */
export interface Failure {
  readonly number: number;
  readonly what: string;
  readonly request: { method: string; path: string; headers: FuzzRequest['headers']; body: string; credential: string };
}

export interface FuzzResult {
  readonly requests: number;
  readonly routes: readonly string[];
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly accepted: number;
  readonly failures: readonly Failure[];
  /** The traces of refused requests. */
  readonly traces: readonly string[];
}

const SLICE = 500;
const AT_ONCE = 8;
/** Ids that requests choose from, so that they meet each other's operations. */
const OPERATIONS = 40;
const USERS = 200;

/** Sends generated requests to a service that has no operations yet, and looks at every answer and at what is left. */
export async function runFuzz(target: FuzzTarget, { requests, seed, onProgress }: FuzzOptions): Promise<FuzzResult> {
  const control = graphControl(target.graphUrl);
  const routes = await routesOf(target.hostUrl);
  const people = (await control.users()).slice(0, USERS);
  const arbitrary = fuzzRequests({
    routes,
    credentials: await credentialsOf(control),
    users: people.map(({ id, upn }, n) => (n % 2 === 0 ? id : upn)),
    operations: Array.from({ length: OPERATIONS }, (_, n) => uuidOf(`${seed}/${n}`)),
  });

  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const statuses: Record<string, number> = {};
  const accepted = new Set<string>();
  const failures: Failure[] = [];
  const one = async (request: FuzzRequest, number: number): Promise<void> => {
    const fail = (what: string): void => void failures.push({ number, what, request: describe(request) });
    try {
      const answer = await send(target.hostUrl, agent, request);
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const wrong = judge(request, answer);
      if (wrong !== undefined) fail(wrong);
      const id = acceptedOf(request, answer)?.id;
      if (id !== undefined) accepted.add(id);
    } catch (error) {
      fail(`no answer: ${error instanceof Error ? error.message : error}`);
    }
  };

  for (let sent = 0; sent < requests; sent += SLICE) {
    const slice = fc.sample(arbitrary, { numRuns: Math.min(SLICE, requests - sent), seed: seed + sent });
    const waiting = slice.entries();
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [index, request] of waiting) await one(request, sent + index);
      }),
    );
    onProgress?.(sent + slice.length);
  }
  agent.destroy();
  const health = await fetch(`${target.hostUrl}/api/health`).then(
    ({ status }) => status,
    () => 0,
  );
  const traces = await findTraces(accepted, target);
  return {
    requests,
    routes: routes.map(({ name }) => name),
    statuses,
    accepted: accepted.size,
    failures,
    traces: health === 200 ? traces : [...traces, 'the service no longer answers'],
  };
}

const functionsSchema = z.array(
  z.object({
    name: z.string(),
    isDisabled: z.boolean(),
    invoke_url_template: z.string().optional(),
    config: z.object({
      bindings: z.array(z.looseObject({ type: z.string(), methods: z.array(z.string()).optional() })),
    }),
  }),
);

/**
 * The routes that the host serves.
 * @throws Error when a function works on what is queued: then it cannot be counted
 */
async function routesOf(hostUrl: string): Promise<FuzzRoute[]> {
  const functions = functionsSchema.parse(await (await fetch(`${hostUrl}/admin/functions`)).json());
  return functions.flatMap(({ name, isDisabled, invoke_url_template: url, config }): FuzzRoute[] => {
    const trigger = config.bindings.find(({ type }) => type === 'httpTrigger');
    if (trigger === undefined || url === undefined) {
      if (isDisabled) return [];
      throw new Error(`Switch ${name} off: AzureWebJobs.${name}.Disabled=true`);
    }
    const template = decodeURIComponent(url.slice(hostUrl.length + 1));
    return [{ name, template, methods: (trigger.methods ?? ['GET', 'POST']).map((method) => method.toUpperCase()) }];
  });
}

function describe({ method, path, headers, body, credential }: FuzzRequest): Failure['request'] {
  const shown = headers.filter(([name]) => name !== 'authorization');
  return { method, path, headers: shown, body: body.toString('base64').slice(0, 20_000), credential: credential.name };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
