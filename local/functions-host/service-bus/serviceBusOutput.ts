import type { HostedFunction } from '../app/hostedFunction.ts';
import type { RpcInvocationResponse, RpcTypedData } from '../app/rpc.ts';
import type { ServiceBusConnections } from './connections.ts';

/**
 * Sends what the function set on its Service Bus outputs, before the invocation counts as a success. As in the real
 * host only the body can be set, and an array becomes one message for each of its elements.
 */
export async function sendServiceBusOutputs(
  target: HostedFunction,
  response: RpcInvocationResponse,
  connections: ServiceBusConnections,
): Promise<void> {
  for (const { name, data } of response.outputData ?? []) {
    const output = target.outputs.get(name);
    if (!output) continue;
    const connection = await connections.open(output.connection);
    try {
      const sender = connection.client.createSender(output.entity);
      await sender.sendMessages(toBodies(data).map((body) => ({ body })));
      await sender.close();
    } finally {
      connection.release();
    }
  }
}

/** Bodies as bytes: the client would put quotation marks around a string. */
export function toBodies(data: RpcTypedData): Buffer[] {
  if (data.bytes) return [Buffer.from(data.bytes)];
  if (data.json) {
    const value: unknown = JSON.parse(data.json);
    if (!Array.isArray(value)) return [Buffer.from(data.json)];
    return value.map((item) => Buffer.from(typeof item === 'string' ? item : JSON.stringify(item)));
  }
  return [Buffer.from(String(data.string ?? data.int ?? data.double ?? ''))];
}
