import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LOG_LEVELS } from './hostLog.ts';
import { parseTimeSpan } from './timeSpan.ts';

const timeSpan = z.string().transform((text, context) => {
  try {
    return parseTimeSpan(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const count = z.number().int().positive();

const retry = z
  .object({
    mode: z
      .string()
      .transform((mode) => mode.toLowerCase())
      .pipe(z.enum(['exponential', 'fixed']))
      .default('exponential'),
    maxRetries: z.number().int().min(0).default(3),
    delayMs: timeSpan.default(800),
    maxDelayMs: timeSpan.default(60_000),
    tryTimeoutMs: timeSpan.default(60_000),
  })
  .prefault({});

const serviceBus = z
  .object({
    autoCompleteMessages: z.boolean().default(true),
    maxAutoLockRenewalMs: timeSpan.default(5 * 60_000),
    maxConcurrentCalls: count.default(() => 16 * availableParallelism()),
    maxConcurrentSessions: count.default(8),
    maxConcurrentCallsPerSession: count.default(1),
    sessionIdleMs: timeSpan.optional(),
    retry,
  })
  .transform((options) => ({ ...options, sessionIdleMs: options.sessionIdleMs ?? options.retry.tryTimeoutMs }))
  .prefault({});

/** What this host takes from host.json, with the defaults of the real one. Durations are milliseconds. */
export interface HostJson {
  readonly routePrefix: string;
  /** Undefined: invocations may take as long as they like. */
  readonly functionTimeoutMs: number | undefined;
  /** `telemetryMode` is OpenTelemetry. */
  readonly openTelemetry: boolean;
  /** Category to lowest level that is logged, as written. */
  readonly logLevels: Readonly<Record<string, string>>;
  readonly serviceBus: z.infer<typeof serviceBus>;
}

const logLevel = z
  .string()
  .transform((level) => level.toLowerCase())
  .pipe(z.enum(LOG_LEVELS));

const schema = z
  .object({
    routePrefix: z.string().default('api'),
    functionTimeoutMs: timeSpan.default(30 * 60_000),
    logLevels: z.record(z.string(), logLevel).default({}),
    serviceBus,
  })
  .prefault({});

/**
 * Reads host.json of the app. What is not known here is ignored; a missing file means defaults.
 * The defaults are those of https://learn.microsoft.com/azure/azure-functions/functions-host-json and
 * functions-bindings-service-bus (Extension 5.x).
 * @throws Error that names the setting when a value cannot be read
 */
export async function readHostJson(appDirectory: string): Promise<HostJson> {
  const file = join(appDirectory, 'host.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    text = '{}';
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${(error as Error).message}`, { cause: error });
  }
  return parseHostJson(json);
}

/** Like {@link readHostJson}, for what the file holds. */
export function parseHostJson(json: unknown): HostJson {
  const file = fileSchema.parse(json);
  const bus = file.extensions?.serviceBus ?? {};
  const { sessionIdleTimeout, maxAutoLockRenewalDuration, clientRetryOptions, ...numbers } = bus;
  const unbounded = file.functionTimeout === '-1';
  const parsed = schema.safeParse({
    routePrefix: file.extensions?.http?.routePrefix,
    functionTimeoutMs: unbounded ? undefined : file.functionTimeout,
    logLevels: file.logging?.logLevel,
    serviceBus: {
      ...numbers,
      sessionIdleMs: sessionIdleTimeout,
      maxAutoLockRenewalMs: maxAutoLockRenewalDuration,
      retry: {
        mode: clientRetryOptions?.mode,
        maxRetries: clientRetryOptions?.maxRetries,
        delayMs: clientRetryOptions?.delay,
        maxDelayMs: clientRetryOptions?.maxDelay,
        tryTimeoutMs: clientRetryOptions?.tryTimeout,
      },
    },
  });
  if (!parsed.success) throw new Error(`host.json cannot be used: ${z.prettifyError(parsed.error)}`);
  const openTelemetry = String(file.telemetryMode).toLowerCase() === 'opentelemetry';
  return { ...parsed.data, openTelemetry, ...(unbounded && { functionTimeoutMs: undefined }) };
}

/** The shape of the file, as far as it matters here; the values are checked by {@link schema}. */
const section = <T extends z.ZodRawShape>(shape: T) => z.object(shape).nullish();
const anything = z.unknown().optional();
const fileSchema = z.object({
  functionTimeout: anything,
  telemetryMode: anything,
  logging: section({ logLevel: anything }),
  extensions: section({
    http: section({ routePrefix: anything }),
    serviceBus: section({
      autoCompleteMessages: anything,
      maxConcurrentCalls: anything,
      maxConcurrentSessions: anything,
      maxConcurrentCallsPerSession: anything,
      sessionIdleTimeout: anything,
      maxAutoLockRenewalDuration: anything,
      clientRetryOptions: section({
        mode: anything,
        maxRetries: anything,
        delay: anything,
        maxDelay: anything,
        tryTimeout: anything,
      }),
    }),
  }),
});
