import type { ServiceBusClient } from '@azure/service-bus';
import type { HostJson } from '../hostJson.ts';
import type { Settings } from '../settings.ts';

/** The clients of the app's Service Bus connections: one each, made when it is first needed. */
export interface ServiceBusConnections {
  /** @throws Error that names the setting when it is missing */
  client(connection: string): Promise<ServiceBusClient>;
  close(): Promise<void>;
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
): ServiceBusConnections {
  const clients = new Map<string, Promise<ServiceBusClient>>();

  async function connect(connection: string): Promise<ServiceBusClient> {
    const address = findServiceBusAddress(connection, settings);
    const { RetryMode, ServiceBusClient } = await import('@azure/service-bus');
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
    client(connection) {
      let client = clients.get(connection);
      if (!client) {
        client = connect(connection);
        clients.set(connection, client);
      }
      return client;
    },
    async close() {
      const opened = await Promise.allSettled(clients.values());
      await Promise.allSettled(opened.map((client) => client.status === 'fulfilled' && client.value.close()));
    },
  };
}
