import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** An HTTP action of a workflow definition. */
export interface HttpAction {
  readonly type: 'Http';
  readonly inputs: {
    readonly method: string;
    readonly uri: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

interface Surroundings {
  readonly parameters: Readonly<Record<string, string>>;
  readonly triggerBody: Readonly<Record<string, string>>;
}

/**
 * Does what the workflow engine does with an HTTP action: sends the request, and while the answer is 202 asks at its
 * `Location`, after `Retry-After` seconds (logic-apps-workflow-actions-triggers, asynchronous patterns).
 */
export async function runHttpAction(
  { inputs }: HttpAction,
  surroundings: Surroundings,
): Promise<{ readonly status: number; readonly body: unknown; readonly polls: number }> {
  const { method, uri, headers = {}, body } = fill(inputs, surroundings);
  let response = await fetch(uri, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  let polls = 0;
  for (; response.status === 202; polls++) {
    const location = response.headers.get('location');
    const seconds = Number(response.headers.get('retry-after'));
    if (location === null || !(seconds > 0)) throw new Error('A 202 without Location and Retry-After ends no workflow');
    await response.arrayBuffer();
    await pause(seconds * 1000);
    response = await fetch(location);
  }
  return { status: response.status, body: await response.json(), polls };
}

/** Fills in the expressions that the examples use. */
function fill<T>(value: T, surroundings: Surroundings): T {
  if (typeof value === 'string')
    return value.replace(/@\{([^}]+)\}/g, (_, expression) => evaluate(expression, surroundings)) as T;
  if (Array.isArray(value)) return value.map((inner) => fill(inner, surroundings)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, surroundings)])) as T;
}

function evaluate(expression: string, { parameters, triggerBody }: Surroundings): string {
  if (expression === 'guid()') return randomUUID();
  const parameter = /^parameters\('(\w+)'\)$/.exec(expression)?.[1];
  if (parameter !== undefined) return parameters[parameter] ?? '';
  const property = /^triggerBody\(\)\?\['(\w+)'\]$/.exec(expression)?.[1];
  if (property !== undefined) return triggerBody[property] ?? '';
  throw new Error(`The examples use an expression that is not known here: ${expression}`);
}
