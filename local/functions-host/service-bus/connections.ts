import type { ServiceBusClient } from '@azure/service-bus';
import { createAbort } from '../deadline.ts';
import type { HostJson } from '../hostJson.ts';
import type { HostLog } from '../hostLog.ts';
import type { Settings } from '../settings.ts';
import { ConnectionLostError, watchConnection } from './clientConnection.ts';
import { rememberPropertyTypes } from './typedProperties.ts';

/** One connection to a namespace, on loan. */
export interface ServiceBusConnection {
  readonly client: ServiceBusClient;
  /** Aborted, with the error, when the connection broke: what was asked over it is not answered. */
  readonly lost: AbortSignal;
  /** Returns the connection. A broken one is closed when its last user has returned it. */
  release(): void;
}

/** The app's Service Bus connections: one for each connection setting, shared, and a new one when it broke. */
export interface ServiceBusConnections {
  /** @throws Error that names the setting when it is missing */
  open(connection: string): Promise<ServiceBusConnection>;
  close(): Promise<void>;
}

interface Shared {
  readonly client: ServiceBusClient;
  readonly lost: AbortController;
  borrowers: number;
}

/** How to reach a namespace: a connection string, or its name and an identity. */
export type ServiceBusAddress =
  | { readonly connectionString: string }
  | { readonly fullyQualifiedNamespace: string; readonly clientId: string | undefined };

/**
 * Finds the settings behind the `connection` of a binding: `NAME` holds a connection string, or
 * `NAME__fullyQualifiedNamespace` a host name. `AzureWebJobsNAME` is looked up first, as the real host does, and an
 * empty connection means `ServiceBus`.
 * See https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#connections.
 */
export function findServiceBusAddress(connection: string, settings: Settings): ServiceBusAddress {
  const name = connection === '' ? 'ServiceBus' : connection;
  for (const key of [`AzureWebJobs${name}`, name]) {
    const connectionString = settings[key];
    if (connectionString) return { connectionString };
    const fullyQualifiedNamespace = settings[`${key}__fullyQualifiedNamespace`];
    if (fullyQualifiedNamespace) return { fullyQualifiedNamespace, clientId: settings[`${key}__clientId`] };
  }
  throw new Error(
    `There is no Service Bus connection "${name}": set ${name} to a connection string, ` +
      `or ${name}__fullyQualifiedNamespace to the host name of a namespace.`,
  );
}

export function createServiceBusConnections(
  settings: Settings,
  retry: HostJson['serviceBus']['retry'],
  log: HostLog,
): ServiceBusConnections {
  const current = new Map<string, Promise<Shared>>();
  const opened = new Set<ServiceBusClient>();

  async function share(connection: string): Promise<Shared> {
    const shared: Shared = { client: await connect(connection), lost: createAbort(), borrowers: 0 };
    opened.add(shared.client);
    watchConnection(shared.client, (error) => {
      if (opened.has(shared.client) && error instanceof ConnectionLostError) {
        log.host('warning', `The Service Bus connection ${connection} was lost`);
      }
      current.delete(connection);
      shared.lost.abort(error);
      closeUnused(shared);
    });
    return shared;
  }

  function closeUnused({ client, lost, borrowers }: Shared): void {
    if (!lost.signal.aborted || borrowers > 0 || !opened.delete(client)) return;
    // There is nothing left to close in order: the connection is gone.
    client.close().catch(() => {});
  }

  async function connect(connection: string): Promise<ServiceBusClient> {
    const address = findServiceBusAddress(connection, settings);
    const { RetryMode, ServiceBusClient } = await import('@azure/service-bus');
    rememberPropertyTypes();
    const options = {
      retryOptions: {
        mode: retry.mode === 'fixed' ? RetryMode.Fixed : RetryMode.Exponential,
        maxRetries: retry.maxRetries,
        retryDelayInMs: retry.delayMs,
        maxRetryDelayInMs: retry.maxDelayMs,
        timeoutInMs: retry.tryTimeoutMs,
      },
    };
    if ('connectionString' in address) return new ServiceBusClient(address.connectionString, options);
    const { DefaultAzureCredential } = await import('@azure/identity');
    const credential = new DefaultAzureCredential({ managedIdentityClientId: address.clientId });
    return new ServiceBusClient(address.fullyQualifiedNamespace, credential, options);
  }

  return {
    async open(connection) {
      let sharing = current.get(connection);
      if (!sharing) {
        sharing = share(connection);
        current.set(connection, sharing);
        sharing.catch(() => current.delete(connection));
      }
      const shared = await sharing;
      shared.borrowers++;
      return {
        client: shared.client,
        lost: shared.lost.signal,
        release() {
          shared.borrowers--;
          closeUnused(shared);
        },
      };
    },
    async close() {
      current.clear();
      const clients = [...opened];
      opened.clear();
      await Promise.allSettled(clients.map((client) => client.close()));
    },
  };
}
