import { z } from 'zod';
import type { HostedFunction } from '../app/hostedFunction.ts';
import type { HostLog } from '../hostLog.ts';
import { answerHostControl, type HostControl } from './hostControl.ts';
import { emptyAnswer, type HttpAnswer, jsonAnswer } from './rpcResponse.ts';
import type { ServerRequest } from './serverRequest.ts';

export interface Admin {
  readonly url: string;
  readonly functions: readonly HostedFunction[];
  /** The route with its prefix of a function that is called over HTTP. */
  readonly routeOf: (target: HostedFunction) => string | undefined;
  /** Starts a function that has no HTTP trigger, without waiting for it. */
  readonly run: (target: HostedFunction, input: string) => void;
  readonly log: HostLog;
  readonly control: HostControl;
  /** Since the host started. */
  readonly uptimeMs: number;
}

const runRequest = z.object({ input: z.string().nullish() });
const JSON_TYPE = /^\s*(application|text)\/([^;\s]+\+)?json\s*(;|$)/i;
const NOT_CACHED: HttpAnswer = {
  ...emptyAnswer(200),
  headers: { 'cache-control': 'no-store,no-cache', pragma: 'no-cache' },
};

/**
 * The host's own interface below `/admin`: the functions, the host's status, what the platform does to a host, and
 * `POST /admin/functions/{name}` with `{ "input": "…" }`, which runs a function now and answers 202 at once.
 * See https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.
 */
export async function answerAdmin(admin: Admin, request: ServerRequest): Promise<HttpAnswer> {
  const { method, path } = request;
  const [, , section = '', name, ...more] = path.toLowerCase().replace(/\/$/, '').split('/');
  if (section === 'host' && name !== undefined) {
    const answer = answerHostControl(admin.control, method, [name, ...more]);
    if (answer) return answer;
  }
  if (more.length > 0) return emptyAnswer(404);
  if (section === 'functions' && name !== undefined) return answerFunction(admin, request, name);
  if (method !== 'GET') return emptyAnswer(404);
  switch (name === undefined ? section : `${section}/${name}`) {
    case 'functions':
      return jsonAnswer(200, admin.functions.map(describe(admin)));
    case 'host/status':
      return jsonAnswer(200, statusOf(admin));
    case 'host/ping':
      return NOT_CACHED;
    case 'warmup':
      return emptyAnswer(200);
    default:
      return emptyAnswer(404);
  }
}

function statusOf({ uptimeMs }: Admin): object {
  return { id: 'local', state: 'Running', version: '4.1037.0', processUptime: Math.round(uptimeMs) };
}

async function answerFunction(admin: Admin, request: ServerRequest, name: string): Promise<HttpAnswer> {
  const target = admin.functions.find((candidate) => candidate.name.toLowerCase() === name);
  if (!target) return emptyAnswer(404);
  if (request.method === 'GET') return jsonAnswer(200, describe(admin)(target));
  return request.method === 'POST' ? run(admin, target, request) : emptyAnswer(404);
}

/** The answers have no text, as on the real host; the log says what is wrong. */
async function run(admin: Admin, target: HostedFunction, request: ServerRequest): Promise<HttpAnswer> {
  const refuse = (status: number, why: string): HttpAnswer => {
    admin.log.host('warning', `${target.name} was not run: ${why}`);
    return emptyAnswer(status);
  };
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) {
    return refuse(415, 'the request needs the Content-Type application/json.');
  }
  let input: string;
  try {
    input = runRequest.parse(JSON.parse((await request.readBody()).toString('utf8'))).input ?? '';
  } catch {
    return refuse(400, 'the body must be {} or { "input": "…" }.');
  }
  if (target.disabled) return refuse(404, 'it is disabled.');
  if (target.trigger.type === 'httpTrigger') {
    return refuse(202, `it is called over HTTP: ${admin.url}/${admin.routeOf(target)}`);
  }
  admin.run(target, input);
  return emptyAnswer(202);
}

function describe(admin: Admin): (target: HostedFunction) => object {
  return (target) => {
    const route = admin.routeOf(target);
    const bindings = Object.entries(target.metadata.bindings).map(([name, binding]) => ({ ...binding, name }));
    return {
      name: target.name,
      language: 'node',
      isDisabled: target.disabled,
      href: `${admin.url}/admin/functions/${target.name}`,
      ...(route !== undefined && { invoke_url_template: `${admin.url}/${route}`.toLowerCase() }),
      config: { name: target.name, bindings },
    };
  };
}
