import Module from 'node:module';
import type { LogLevel } from '../hostLog.ts';
import type { FunctionCallback, FunctionMetadata, ProgrammingModel, RpcLogCategory } from './rpc.ts';

const CORE_MODULE = '@azure/functions-core';

const HOOKS = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'] as const;
export type HookName = (typeof HOOKS)[number];
export type HookCallback = (context: object) => unknown;

export interface RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** The registrations through `@azure/functions-core`, a module that exists only inside a Functions worker. */
export interface CoreModule {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  readonly hooks: Readonly<Record<HookName, HookCallback[]>>;
  /** Shared by all hooks for the life of the app. */
  readonly appHookData: Record<string, unknown>;
  /** The hook data of the hooks that belong to no invocation: what appStart put there, appTerminate finds. */
  readonly outerHookData: Record<string, unknown>;
  programmingModel(): ProgrammingModel | undefined;
  /** From now on registering a function fails, as it does in the worker once the app has started. */
  closeRegistration(): void;
  /** Runs the hooks one after another, in the order of their registration; an error ends it. */
  runHooks(name: HookName, context: object): Promise<void>;
  /** What `require('@azure/functions-core')` gives. */
  readonly exports: object;
}

class Disposable {
  #onDispose: (() => unknown) | undefined;

  static from(...disposables: { dispose: () => unknown }[]): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  constructor(onDispose: () => unknown) {
    this.#onDispose = onDispose;
  }

  dispose(): void {
    const onDispose = this.#onDispose;
    this.#onDispose = undefined;
    onDispose?.();
  }
}

export function createCoreModule(
  log: (level: LogLevel, category: RpcLogCategory, message: string) => void,
): CoreModule {
  const functions = new Map<string, RegisteredFunction>();
  const hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  let programmingModel: ProgrammingModel | undefined;
  let open = true;

  const exports = {
    version: '3.11.0',
    hostVersion: '4.1037.0',
    Disposable,
    log,
    setProgrammingModel(model: ProgrammingModel): void {
      programmingModel = model;
    },
    getProgrammingModel: () => programmingModel,
    registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
      if (!open) throw systemError(Error, 'A function can only be registered during app startup.');
      const id = metadata.functionId ?? metadata.name;
      if (functions.has(id)) throw systemError(Error, `A function with id "${id}" has already been registered.`);
      functions.set(id, { metadata, callback });
      return new Disposable(() => functions.delete(id));
    },
    registerHook(name: string, callback: HookCallback): Disposable {
      if (!isHookName(name)) throw systemError(RangeError, `Unrecognized hook "${name}"`);
      hooks[name].push(callback);
      return new Disposable(() => {
        hooks[name] = hooks[name].filter((registered) => registered !== callback);
      });
    },
  };

  return {
    functions,
    hooks,
    appHookData: {},
    outerHookData: {},
    programmingModel: () => programmingModel,
    closeRegistration() {
      open = false;
    },
    async runHooks(name, context) {
      for (const hook of [...hooks[name]]) await hook(context);
    },
    exports,
  };
}

/**
 * Makes `require('@azure/functions-core')` work in this process, as the worker does. Must be in place before the app
 * is loaded: `@azure/functions` looks once and remembers a failure. Serves ESM apps too, because `@azure/functions`
 * itself is CommonJS; `module.register()` would not reach its nested require.
 * @returns undoes it
 */
export function provideCoreModule(core: CoreModule): () => void {
  const original = Module.prototype.require;
  const patched = function (this: NodeModule, id: string): unknown {
    return id === CORE_MODULE ? core.exports : original.call(this, id);
  };
  Module.prototype.require = Object.assign(patched, original);
  return () => {
    if (Object.is(Module.prototype.require, patched)) Module.prototype.require = original;
  };
}

function isHookName(name: string): name is HookName {
  return (HOOKS as readonly string[]).includes(name);
}

/** An error that the library recognises as the host's own. */
function systemError(type: ErrorConstructor | RangeErrorConstructor, message: string): Error {
  return Object.assign(new type(message), { isAzureFunctionsSystemError: true });
}
