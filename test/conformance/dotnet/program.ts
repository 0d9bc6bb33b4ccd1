import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { projectFolder } from '../../../local/projectFolder.ts';
import { buildFolder, quietly } from '../tools.ts';

/** What the program says of a check. */
const outcomeSchema = z.object({ name: z.string(), error: z.string().nullable(), ms: z.number() });
export type Outcome = z.infer<typeof outcomeSchema>;

const folder = join(buildFolder, 'dotnet');

/**
 * Builds the program with the checks, beside the other tools.
 * @throws Error with what the compiler said
 */
export function buildChecks(): void {
  const project = join(projectFolder(), 'test', 'conformance', 'dotnet', 'Checks.csproj');
  const args = [
    'build',
    project,
    `--output=${join(folder, 'bin')}`,
    `-p:BaseIntermediateOutputPath=${join(folder, 'obj')}/`,
    `-p:RestorePackagesPath=${join(buildFolder, '..', 'nuget')}`,
    // No part of it keeps running.
    '-p:UseSharedCompilation=false',
    '-nodeReuse:false',
    '--verbosity=quiet',
  ];
  const { status, stdout, stderr, error } = spawnSync('dotnet', args, {
    encoding: 'utf8',
    env: { ...process.env, ...quietly },
  });
  if (status !== 0) throw new Error(`The .NET program could not be built: ${error?.message ?? stdout + stderr}`);
}

/** Runs all checks. Returns the result of each, by name. */
export async function runChecks(environment: Readonly<Record<string, string>>): Promise<Map<string, Outcome>> {
  const program = spawn('dotnet', [join(folder, 'bin', 'Checks.dll')], {
    env: { ...process.env, ...quietly, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const outcomes = new Map<string, Outcome>();
  for await (const line of createInterface({ input: program.stdout })) {
    const outcome = outcomeSchema.parse(JSON.parse(line));
    outcomes.set(outcome.name, outcome);
  }
  return outcomes;
}
