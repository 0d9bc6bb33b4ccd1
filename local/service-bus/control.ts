import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { LOOPBACK } from './amqp/server.ts';
import type { ServiceBusEmulator } from './emulator.ts';
import { ServiceBusFault } from './engine/fault.ts';

export interface ControlServer {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const serverBusy = z
  .strictObject({
    queue: z.string().optional(),
    traffic: z.enum(['send', 'receive']).optional(),
    count: z.int().min(1).optional(),
    seconds: z.number().min(0).optional(),
  })
  .refine(
    ({ count, seconds }) => count !== undefined || seconds !== undefined,
    'say for how many requests (count), for how long (seconds), or both',
  );

const exhaust = z.strictObject({ queue: z.string(), moment: z.enum(['sent', 'delivered']) });
const outage = z.strictObject({ seconds: z.number().min(0) });
const expireLocks = z.strictObject({ queue: z.string().optional() });

/**
 * Serves an emulator's counts and faults over HTTP on the loopback address, for other processes.
 * @throws Error when the port is taken.
 */
export async function startControlServer(emulator: ServiceBusEmulator, requestedPort: number): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(emulator, request).then(
      (found) => write(response, found),
      (error: unknown) => write(response, failure(error)),
    );
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(requestedPort, LOOPBACK, () => resolve((server.address() as { port: number }).port));
  });
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(emulator: ServiceBusEmulator, request: IncomingMessage): Promise<Answer> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /queues':
      return { status: 200, body: emulator.queues() };
    case 'GET /faults':
      return { status: 200, body: emulator.faults() };
    case 'POST /faults/exhaust': {
      const { queue, moment } = exhaust.parse(JSON.parse((await text(request)) || '{}'));
      emulator.exhaustNext(queue, moment);
      return { status: 200, body: {} };
    }
    case 'POST /faults/outage':
      emulator.refuseConnections(outage.parse(JSON.parse((await text(request)) || '{}')).seconds * 1000);
      return { status: 200, body: {} };
    case 'POST /faults/drop-connections':
      return { status: 200, body: { dropped: emulator.dropConnections() } };
    case 'POST /faults/expire-locks': {
      const body = await text(request);
      emulator.expireLocks(expireLocks.parse(body === '' ? {} : JSON.parse(body)).queue);
      return { status: 200, body: {} };
    }
    case 'POST /faults/server-busy': {
      const { seconds, ...rule } = serverBusy.parse(JSON.parse((await text(request)) || '{}'));
      emulator.makeBusy({ ...rule, durationMs: seconds === undefined ? undefined : seconds * 1000 });
      return { status: 200, body: {} };
    }
    case 'DELETE /faults/server-busy':
      emulator.endBusy();
      return { status: 200, body: {} };
    default:
      return problem(
        404,
        'Use GET /queues, GET /faults, POST /faults/drop-connections, POST /faults/expire-locks, POST /faults/exhaust, POST /faults/outage, or POST or DELETE /faults/server-busy.',
      );
  }
}

function failure(error: unknown): Answer {
  if (error instanceof ServiceBusFault) return problem(error.status, error.message);
  if (error instanceof SyntaxError) return problem(400, `The body is not JSON: ${error.message}`);
  if (error instanceof z.ZodError) return problem(400, z.prettifyError(error));
  return problem(500, error instanceof Error ? error.message : String(error));
}

function problem(status: number, message: string): Answer {
  return { status, body: { error: { message } } };
}

function write(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
