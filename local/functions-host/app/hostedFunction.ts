import { z } from 'zod';
import { isDisabled, resolveSettings, type Settings } from '../settings.ts';
import type { FunctionMetadata } from './rpc.ts';

const AUTH_LEVELS = 'authLevel must be anonymous, function or admin';

const httpTrigger = z.object({
  type: z.literal('httpTrigger'),
  authLevel: z
    .string()
    .transform((level) => level.toLowerCase())
    .pipe(z.enum(['anonymous', 'function', 'admin', 'user', 'system'], { error: AUTH_LEVELS }))
    .default('anonymous'),
  // An empty route is none: the function's name takes its place.
  route: z
    .string()
    .transform((route) => (route.trim() === '' ? undefined : route))
    .optional(),
  methods: z.array(z.string().transform((method) => method.toUpperCase())).default(['GET', 'POST']),
});

const timerTrigger = z.object({
  type: z.literal('timerTrigger'),
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

const serviceBusTrigger = z.object({
  type: z.literal('serviceBusTrigger'),
  connection: z.string().default(''),
  queueName: z.string().optional(),
  topicName: z.string().optional(),
  subscriptionName: z.string().optional(),
  isSessionsEnabled: z.boolean().default(false),
  autoCompleteMessages: z.boolean().optional(),
  cardinality: z.enum(['one', 'many']).default('one'),
  sdkBinding: z.boolean().default(false),
});

const serviceBusOutput = z.object({
  type: z.literal('serviceBus'),
  connection: z.string().default(''),
  queueName: z.string().optional(),
  topicName: z.string().optional(),
});

const trigger = z.discriminatedUnion('type', [httpTrigger, timerTrigger, serviceBusTrigger]);

export type HttpTrigger = z.infer<typeof httpTrigger> & { bindingName: string };
export type TimerTrigger = z.infer<typeof timerTrigger> & { bindingName: string };
export type ServiceBusTrigger = z.infer<typeof serviceBusTrigger> & { bindingName: string };
export type Trigger = HttpTrigger | TimerTrigger | ServiceBusTrigger;

/** The target of an output binding. */
export interface ServiceBusOutput {
  readonly connection: string;
  readonly entity: string;
}

/** A function of the app, with its bindings understood and every `%SETTING%` in them resolved. */
export interface HostedFunction<T extends Trigger = Trigger> {
  readonly name: string;
  readonly id: string;
  readonly metadata: FunctionMetadata;
  readonly trigger: T;
  readonly outputs: ReadonlyMap<string, ServiceBusOutput>;
  readonly disabled: boolean;
}

/**
 * Understands what the app registered.
 * @throws Error that names the function when a setting is missing, or a binding is of a kind that this host lacks
 *   (it has HTTP, timer and Service Bus triggers, one message at a time, and Service Bus outputs)
 */
export function hostFunction(metadata: FunctionMetadata, settings: Settings): HostedFunction {
  const { name } = metadata;
  let found: Trigger | undefined;
  const outputs = new Map<string, ServiceBusOutput>();
  const bindings: FunctionMetadata['bindings'] = {};
  for (const [bindingName, raw] of Object.entries(metadata.bindings)) {
    const binding = resolveBinding(name, raw, settings);
    bindings[bindingName] = binding;
    const type = String(binding.type);
    if (/trigger$/i.test(type)) found = { ...read(name, bindingName, trigger, binding), bindingName };
    else if (binding.direction === 'out' && type === 'serviceBus') {
      const output = read(name, bindingName, serviceBusOutput, binding);
      outputs.set(bindingName, { connection: output.connection, entity: output.queueName ?? output.topicName ?? '' });
    } else if (!(binding.direction === 'out' && type === 'http')) {
      throw new Error(`Function '${name}': this host has no ${binding.direction}put binding of type '${type}'.`);
    }
  }
  if (!found) throw new Error(`Function '${name}' has no trigger.`);
  if (found.type === 'serviceBusTrigger') refuseUnsupported(name, found);
  return {
    name,
    id: metadata.functionId ?? name,
    metadata: { ...metadata, bindings },
    trigger: found,
    outputs,
    disabled: isDisabled(name, settings),
  };
}

function refuseUnsupported(name: string, { cardinality, sdkBinding }: ServiceBusTrigger): void {
  if (cardinality === 'many') {
    throw new Error(`Function '${name}': this host delivers one message at a time; use cardinality 'one'.`);
  }
  if (sdkBinding) throw new Error(`Function '${name}': this host settles messages itself; leave out sdkBinding.`);
}

function resolveBinding(functionName: string, raw: Record<string, unknown>, settings: Settings) {
  const resolve = (property: string, value: unknown): unknown =>
    typeof value === 'string' ? resolveSettings(value, settings, { functionName, property }) : value;
  return Object.fromEntries(Object.entries(raw).map(([property, value]) => [property, resolve(property, value)]));
}

function read<T extends z.ZodType>(name: string, bindingName: string, schema: T, binding: unknown): z.infer<T> {
  const parsed = schema.safeParse(binding);
  if (parsed.success) return parsed.data;
  const type = (binding as { type?: unknown }).type;
  throw new Error(
    `Function '${name}': this host cannot serve the ${type} '${bindingName}': ${z.prettifyError(parsed.error)}`,
  );
}

/** For `filter`: the functions with that kind of trigger. */
export function hasTrigger<T extends Trigger['type']>(type: T) {
  return (target: HostedFunction): target is HostedFunction<Extract<Trigger, { type: T }>> =>
    target.trigger.type === type;
}
