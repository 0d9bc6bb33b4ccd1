import { connect, createServer, type Server, type Socket } from 'node:net';

/** Something between a client and a server that can be taken away, as a network can. */
export interface TcpProxy {
  readonly port: number;
  /** Breaks every connection and takes no more. */
  cut(): Promise<void>;
  /** Takes connections again, on the same port. */
  restore(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const listen = (port: number): Promise<Server> =>
    new Promise((resolve, reject) => {
      const server = createServer((client) => {
        const target = connect(targetPort, '127.0.0.1');
        for (const [socket, other] of [
          [client, target],
          [target, client],
        ] as const) {
          sockets.add(socket);
          socket.on('error', () => {}); // what is broken on purpose is no error
          socket.on('close', () => {
            sockets.delete(socket);
            other.destroy();
          });
          socket.pipe(other);
        }
      });
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  let server = await listen(0);
  const { port } = server.address() as { port: number };
  return {
    port,
    cut: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    restore: async () => {
      server = await listen(port);
    },
  };
}
