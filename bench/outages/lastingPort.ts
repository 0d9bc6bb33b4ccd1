import type { Server } from 'node:net';

/** Below the range from which systems choose ports by themselves, so that no other process gets one that is closed. */
const LOWEST = 12_000;
const HIGHEST = 30_000;
const MOST_ATTEMPTS = 50;

/**
 * Listens on a port that stays free for this server while it is closed. Returns the port.
 * @throws Error when no port is free
 */
export async function listenOnLastingPort(server: Server, address: string, random: () => number): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = LOWEST + Math.floor(random() * (HIGHEST - LOWEST));
    try {
      await listenOn(server, port, address);
      return port;
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!isTaken || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** @throws Error when the port is taken */
export function listenOn(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(error);
    server.once('error', fail);
    server.listen(port, address, () => {
      server.off('error', fail);
      resolve();
    });
  });
}
