import { availableParallelism } from 'node:os';
import { boolean, type ConfiguredValue, duration, integer, notNegative, positive, refuse } from './configuredValue.ts';
import { type HostConfiguration, readHostConfiguration, toHostConfiguration } from './hostConfiguration.ts';
import { HostError } from './hostError.ts';
import { LOG_LEVELS, type LogLevel } from './hostLog.ts';
import type { Settings } from './settings.ts';

/** What `extensions.serviceBus` of host.json sets. Durations are milliseconds. */
export interface ServiceBusOptions {
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalMs: number;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly maxConcurrentCallsPerSession: number;
  readonly sessionIdleMs: number;
  readonly retry: {
    readonly mode: 'exponential' | 'fixed';
    readonly maxRetries: number;
    readonly delayMs: number;
    readonly maxDelayMs: number;
    readonly tryTimeoutMs: number;
  };
}

/** What `singleton` of host.json sets: how hosts of one app agree on who runs a timer. Durations are milliseconds. */
export interface SingletonOptions {
  /** How long a host that died keeps its timers. */
  readonly listenerLockPeriodMs: number;
  /** How often the others ask for them. */
  readonly recoveryPollingMs: number;
}

/** The supported properties of host.json, with the defaults of the real host. Durations are milliseconds. */
export interface HostJson {
  readonly routePrefix: string;
  /** Undefined: invocations may take as long as they like. */
  readonly functionTimeoutMs: number | undefined;
  /** `telemetryMode` is OpenTelemetry. */
  readonly openTelemetry: boolean;
  /** Category, in lower case, to the lowest level that is logged. */
  readonly logLevels: Readonly<Record<string, LogLevel>>;
  readonly serviceBus: ServiceBusOptions;
  readonly singleton: SingletonOptions;
  /** The problem of `extensions.serviceBus`. For apps that use Service Bus, it is a {@link HostError}. */
  readonly serviceBusProblem: HostError | undefined;
}

const SHORTEST_TIMEOUT_MS = 1000;
/** The host's timers go no further. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Reads host.json of the app. What is not known here is ignored; a missing file means defaults.
 * The defaults are those of https://learn.microsoft.com/azure/azure-functions/functions-host-json and
 * functions-bindings-service-bus (Extension 5.x).
 * @param settings those that begin with `AzureFunctionsJobHost__` replace values of the file
 * @throws HostError that names the value and what may stand there
 */
export async function readHostJson(appDirectory: string, settings: Settings = {}): Promise<HostJson> {
  return interpret(await readHostConfiguration(appDirectory, settings));
}

/** Like {@link readHostJson}, for what the file holds. */
export function parseHostJson(json: unknown): HostJson {
  return interpret(toHostConfiguration(json));
}

function interpret(configuration: HostConfiguration): HostJson {
  const { serviceBus, serviceBusProblem } = readServiceBus(configuration);
  return {
    routePrefix: configuration.get('extensions:http:routePrefix')?.text ?? 'api',
    functionTimeoutMs: readFunctionTimeout(configuration.get('functionTimeout')),
    openTelemetry: configuration.get('telemetryMode')?.text.toLowerCase() === 'opentelemetry',
    logLevels: Object.fromEntries(
      configuration.below('logging:logLevel').map(([category, value]) => [category.toLowerCase(), logLevel(value)]),
    ),
    serviceBus,
    serviceBusProblem,
    singleton: readSingleton(configuration),
  };
}

function readFunctionTimeout(value: ConfiguredValue | undefined): number | undefined {
  if (value === undefined || value.text === '') return 30 * 60_000;
  const ms = duration(value);
  if (ms === -DAY_MS) return undefined; // -1 is read as minus one day, and means without end
  if (ms >= SHORTEST_TIMEOUT_MS && ms <= LONGEST_TIMEOUT_MS) return ms;
  const hint = /^\d+$/.test(value.text) ? ' A plain number is read as days.' : '';
  throw refuse(value, `is not between 00:00:01 and 24.20:31:23.${hint} Write hh:mm:ss, or "-1" for no limit`);
}

function readSingleton(configuration: HostConfiguration): SingletonOptions {
  const period = configuration.get('singleton:listenerLockPeriod');
  const polling = configuration.get('singleton:listenerLockRecoveryPollingInterval');
  const listenerLockPeriodMs = period === undefined ? 60_000 : duration(period);
  if (period && (listenerLockPeriodMs < 15_000 || listenerLockPeriodMs > 60_000)) {
    throw refuse(period, 'is not between 00:00:15 and 00:01:00, as long as a lease can be. Write a time in between');
  }
  return { listenerLockPeriodMs, recoveryPollingMs: polling === undefined ? 60_000 : positive(duration)(polling) };
}

function logLevel(value: ConfiguredValue): LogLevel {
  const level = LOG_LEVELS.find((name, number) => name === value.text.toLowerCase() || String(number) === value.text);
  if (level === undefined) throw refuse(value, `is not a level. Write one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

/** The extension is only loaded for apps with such functions, and only then are its values looked at. */
function readServiceBus(configuration: HostConfiguration): Pick<HostJson, 'serviceBus' | 'serviceBusProblem'> {
  try {
    return { serviceBus: interpretServiceBus(configuration), serviceBusProblem: undefined };
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    return { serviceBus: interpretServiceBus(toHostConfiguration({})), serviceBusProblem: error };
  }
}

function interpretServiceBus(configuration: HostConfiguration): ServiceBusOptions {
  const read = <T>(name: string, how: (value: ConfiguredValue) => T, otherwise: T): T => {
    const value = configuration.get(`extensions:serviceBus:${name}`);
    return value === undefined ? otherwise : how(value);
  };
  const tryTimeoutMs = read('clientRetryOptions:tryTimeout', positive(duration), 60_000);
  return {
    autoCompleteMessages: read('autoCompleteMessages', boolean, true),
    maxAutoLockRenewalMs: read('maxAutoLockRenewalDuration', notNegative(duration), 5 * 60_000),
    maxConcurrentCalls: read('maxConcurrentCalls', positive(integer), 16 * availableParallelism()),
    maxConcurrentSessions: read('maxConcurrentSessions', positive(integer), 8),
    maxConcurrentCallsPerSession: read('maxConcurrentCallsPerSession', positive(integer), 1),
    sessionIdleMs: read('sessionIdleTimeout', positive(duration), tryTimeoutMs),
    retry: {
      mode: read('clientRetryOptions:mode', retryMode, 'exponential'),
      maxRetries: read('clientRetryOptions:maxRetries', notNegative(integer), 3),
      delayMs: read('clientRetryOptions:delay', positive(duration), 800),
      maxDelayMs: read('clientRetryOptions:maxDelay', notNegative(duration), 60_000),
      tryTimeoutMs,
    },
  };
}

function retryMode(value: ConfiguredValue): 'exponential' | 'fixed' {
  const mode = (['exponential', 'fixed'] as const).find((name) => name === value.text.toLowerCase());
  if (mode === undefined) throw refuse(value, 'is neither "exponential" nor "fixed". Write one of them');
  return mode;
}
