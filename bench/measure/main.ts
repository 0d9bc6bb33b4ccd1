import { argv } from 'node:process';

// A process that only registers an app must not load what the benchmarks need.
const [, , command, directory = ''] = argv;
if (command === 'register') {
  const { register } = await import('./register.ts');
  await register(directory);
} else {
  const { runCommand } = await import('./command.ts');
  process.exitCode = await runCommand(argv.slice(2));
}
