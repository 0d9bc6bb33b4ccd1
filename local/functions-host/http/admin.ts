import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { HostedFunction } from '../app/hostedFunction.ts';
import { emptyAnswer, type HttpAnswer, jsonAnswer } from './rpcResponse.ts';

export interface Admin {
  readonly url: string;
  readonly functions: readonly HostedFunction[];
  /** The route with its prefix of a function that is called over HTTP. */
  readonly routeOf: (target: HostedFunction) => string | undefined;
  /** Runs a function that is not called over HTTP; nobody waits for it. */
  readonly run: (target: HostedFunction, input: string) => void;
  /** Since the host started. */
  readonly uptimeMs: number;
}

const runRequest = z.object({ input: z.string().nullish() });

/**
 * The host's own interface below `/admin`: the functions, the host's status, and
 * `POST /admin/functions/{name}` with `{ "input": "…" }`, which runs a function now and answers 202 at once.
 * See https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.
 */
export function answerAdmin(admin: Admin, request: IncomingMessage, path: readonly string[], body: Buffer): HttpAnswer {
  const [, section, name] = path.map((segment) => segment.toLowerCase());
  const method = request.method ?? 'GET';
  if (section === 'host' && name === 'status' && path.length === 3 && method === 'GET') {
    return jsonAnswer(200, {
      id: 'local',
      state: 'Running',
      version: '4.1037.0',
      processUptime: Math.round(admin.uptimeMs),
    });
  }
  if (section !== 'functions' || path.length > 3) return emptyAnswer(404);
  if (name === undefined) {
    return method === 'GET' ? jsonAnswer(200, admin.functions.map(describe(admin))) : emptyAnswer(404);
  }
  const target = admin.functions.find((candidate) => candidate.name.toLowerCase() === name);
  if (!target) return emptyAnswer(404);
  if (method === 'GET') return jsonAnswer(200, describe(admin)(target));
  return method === 'POST' ? run(admin, target, body) : emptyAnswer(404);
}

function run(admin: Admin, target: HostedFunction, body: Buffer): HttpAnswer {
  if (target.trigger.type === 'httpTrigger') {
    return jsonAnswer(400, { error: `${target.name} is called over HTTP: ${admin.url}/${admin.routeOf(target)}` });
  }
  if (target.disabled) return jsonAnswer(400, { error: `${target.name} is disabled.` });
  let input: string;
  try {
    input = body.length === 0 ? '' : (runRequest.parse(JSON.parse(body.toString('utf8'))).input ?? '');
  } catch {
    return jsonAnswer(400, { error: 'The body must be {} or { "input": "…" }.' });
  }
  admin.run(target, input);
  return emptyAnswer(202);
}

function describe(admin: Admin): (target: HostedFunction) => object {
  return (target) => {
    const route = admin.routeOf(target);
    return {
      name: target.name,
      language: 'node',
      isDisabled: target.disabled,
      href: `${admin.url}/admin/functions/${target.name}`,
      ...(route !== undefined && { invoke_url_template: `${admin.url}/${route}` }),
      config: { name: target.name, bindings: Object.values(target.metadata.bindings) },
    };
  };
}
