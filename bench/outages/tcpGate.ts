import { connect, createServer, type Socket } from 'node:net';
import { LOOPBACK } from './gate.ts';
import { listenOn, listenOnLastingPort } from './lastingPort.ts';

/** Stands between the app and a service of any protocol, and can be closed. */
export interface TcpGate {
  readonly port: number;
  /** Where connections lead. Until this is called, they are reset. */
  forwardTo(port: number): void;
  /** Breaks every connection and closes the port. */
  refuse(): Promise<void>;
  /** Takes connections again, on the same port. */
  recover(): Promise<void>;
  close(): Promise<void>;
}

/** @param random from 0 to 1 */
export async function startTcpGate(random: () => number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let target: number | undefined;
  const server = createServer((client) => {
    if (target === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect(target, LOOPBACK);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {}); // connections are broken on purpose
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const port = await listenOnLastingPort(server, LOOPBACK, random);
  const refuse = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    forwardTo: (chosen) => {
      target = chosen;
    },
    refuse,
    recover: () => listenOn(server, port, LOOPBACK),
    close: refuse,
  };
}
