import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf } from './importsOf.ts';

/** What a test imports that needs another process, the built app or Azurite, or makes a client wait for seconds. */
const STACK = new Set([
  'node:child_process',
  'node:worker_threads',
  'node:net', // the AMQP emulator, and servers that never answer
  join('test', 'support', 'sharedAzurite.ts'),
]);

/** Whether a file imports something of the stack, itself or through others. */
export function needsStack(file: string, seen = new Set<string>()): boolean {
  seen.add(file);
  return importsOf(file)
    .filter(({ isOfTypes }) => !isOfTypes)
    .some(({ to }) => STACK.has(to) || (!seen.has(to) && to.endsWith('.ts') && existsSync(to) && needsStack(to, seen)));
}

/**
 * The test files that run at once, also in a fresh clone: without a build, Azurite or another process. Their imports
 * decide, so that no list and no name has to be kept up: a test that begins to use the stack leaves them by itself.
 */
export function unitTests(): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && !file.startsWith('conformance'))
    .map((file) => join('test', file))
    .filter((file) => !needsStack(file));
}
