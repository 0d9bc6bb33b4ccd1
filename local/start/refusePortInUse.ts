import { createServer } from 'node:net';
import { UsageError } from '../options.ts';

/**
 * Makes sure that a port of the loopback address is free, before anything is started for it.
 * @throws UsageError that names another way
 */
export async function refusePortInUse(port: number): Promise<void> {
  const probe = createServer();
  const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    probe.once('error', resolve);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
  if (problem === undefined) return;
  const why = problem.code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${problem.code ?? problem.message})`;
  throw new UsageError(`Port ${port} ${why}. Stop the program that has it, or take another with --port.`, {
    cause: problem,
  });
}
