import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const httpSchema = z.object({
  type: z.literal('Http'),
  operationOptions: z.literal('DisableAsyncPattern').optional(),
  inputs: z.object({
    method: z.string(),
    uri: z.string(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    authentication: z.object({ audience: z.string() }).optional(),
  }),
});
const untilSchema = z.object({ type: z.literal('Until'), expression: z.string(), actions: z.unknown() });
const scopeSchema = z.object({ type: z.literal('Scope'), actions: z.unknown() });
const composeSchema = z.object({ type: z.literal('Compose'), inputs: z.record(z.string(), z.string()) });
const ifSchema = z.object({ type: z.literal('If'), expression: z.unknown(), else: z.object({ actions: z.unknown() }) });
const waitSchema = z.object({ type: z.literal('Wait'), inputs: z.object({ interval: z.unknown() }) });
const terminateSchema = z.object({ type: z.literal('Terminate') });
const actionsSchema = z.record(
  z.string(),
  z.intersection(
    z.discriminatedUnion('type', [
      httpSchema,
      untilSchema,
      scopeSchema,
      composeSchema,
      ifSchema,
      waitSchema,
      terminateSchema,
    ]),
    z.object({ runAfter: z.record(z.string(), z.array(z.string())) }),
  ),
);

/** What a workflow knows while it runs. */
export interface Surroundings {
  readonly parameters: Readonly<Record<string, string>>;
  readonly triggerBody: Readonly<Record<string, string>>;
  /** Put in place of what an action `Settings` composes. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The token that an action with authentication sends; one without sends none. */
  readonly token: (audience: string) => Promise<string>;
  /** What actions answered, by their names. */
  readonly results: Record<string, unknown>;
}

/**
 * Runs the actions of a workflow definition, each after those that it waits for (learn.microsoft.com, workflow definition
 * language): HTTP requests without the asynchronous pattern, compositions, scopes, loops and conditions.
 */
export async function runActions(definition: unknown, surroundings: Surroundings): Promise<void> {
  const actions = actionsSchema.parse(definition);
  const done = new Set<string>();
  while (done.size < Object.keys(actions).length) {
    const next = Object.entries(actions).find(
      ([name, { runAfter }]) => !done.has(name) && Object.keys(runAfter).every((before) => done.has(before)),
    );
    if (next === undefined) throw new Error('Actions wait for others that there are not, or for each other.');
    await runAction(next[0], next[1], surroundings);
    done.add(next[0]);
  }
}

type Action = z.infer<typeof actionsSchema>[string];

async function runAction(name: string, action: Action, surroundings: Surroundings): Promise<void> {
  const { results } = surroundings;
  switch (action.type) {
    case 'Http':
      results[name] = await send(fill(action.inputs, surroundings), action.operationOptions, surroundings);
      return;
    case 'Compose':
      results[name] = { ...action.inputs, ...surroundings.settings };
      return;
    case 'Scope':
      return runActions(action.actions, surroundings);
    case 'Until':
      do await runActions(action.actions, surroundings);
      while (!isTrue(action.expression, surroundings));
      return;
    case 'If':
      if (JSON.stringify(fill(action.expression, surroundings)) !== '{"and":[{"equals":["Succeeded","Succeeded"]}]}')
        await runActions(action.else.actions, surroundings);
      return;
    case 'Wait':
      await pause(200); // less than a workflow would
      return;
    case 'Terminate':
      results[name] = 'ended';
  }
}

async function send(
  { method, uri, headers = {}, body, authentication }: z.infer<typeof httpSchema>['inputs'],
  options: string | undefined,
  { token }: Surroundings,
): Promise<unknown> {
  const authorization: Record<string, string> =
    authentication === undefined ? {} : { Authorization: `Bearer ${await token(authentication.audience)}` };
  const response = await fetch(uri, {
    method,
    headers: { ...headers, ...authorization },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${uri}: ${response.status} ${JSON.stringify(answer)}`);
  if (response.status === 202 && options === undefined) throw new Error(`${uri} would be polled without its token`);
  return answer;
}

/** Fills in the expressions that the examples use. */
function fill<T>(value: T, surroundings: Surroundings): T {
  if (typeof value === 'string')
    return value
      .replace(/^@(body\(.*)$/, '@{$1}')
      .replace(/@\{([^}]+)\}/g, (_, expression) => String(evaluate(expression, surroundings) ?? '')) as T;
  if (Array.isArray(value)) return value.map((inner) => fill(inner, surroundings)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, surroundings)])) as T;
}

function isTrue(expression: string, surroundings: Surroundings): boolean {
  const inner = /^@not\(equals\((.*), null\)\)$/.exec(expression)?.[1];
  if (inner === undefined) throw new Error(`The examples use an expression that is not known here: ${expression}`);
  return (evaluate(inner, surroundings) ?? null) !== null;
}

function evaluate(expression: string, { parameters, triggerBody, results }: Surroundings): unknown {
  if (expression === 'guid()') return randomUUID();
  const [, call = '', name = '', path = ''] = /^(\w+)\((?:'([^']+)')?\)((?:\?\[[^\]]+\])*)$/.exec(expression) ?? [];
  const roots: Readonly<Record<string, unknown>> = {
    parameters: parameters[name],
    triggerBody,
    body: results[name],
    outputs: results[name],
  };
  if (!(call in roots)) throw new Error(`The examples use an expression that is not known here: ${expression}`);
  return [...path.matchAll(/\?\['?([^'\]]+)'?\]/g)].reduce<unknown>(
    (value, [, key = '']) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    roots[call],
  );
}
