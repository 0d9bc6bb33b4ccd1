import { createServer } from 'node:net';

/**
 * A free port of the loopback address with four digits, as in the recording: of a large answer it keeps the size, and
 * the address of the host is in it.
 */
export async function fourDigitPort(): Promise<number> {
  for (;;) {
    const port = 2000 + Math.floor(Math.random() * 8000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
