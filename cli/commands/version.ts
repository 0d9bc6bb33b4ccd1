import type { Command } from 'commander';
import { z } from 'zod';
import { version as commandLine } from '../../shared/version.ts';
import type { Api } from '../api.ts';
import { Failure } from '../failure.ts';
import { openSession, withSession } from '../session.ts';
import { processTerminal } from '../terminal.ts';
import { toJson, visibleLine } from '../visible.ts';

const healthSchema = z.object({ version: z.string() });

/** Adds `version`. `--version` is the same command. */
export function addVersion(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const version = withSession(program.command('version'))
    .description('Shows the versions of the command line and of the service.')
    .addHelpText('after', '\nExamples:\n  mfa version\n  mfa --version --json')
    .action(() =>
      run(async () => {
        const options = version.optsWithGlobals<{ url?: string; json?: boolean }>();
        const service = await versionOfService(options);
        const terminal = processTerminal();
        if (options.json) terminal.print(toJson({ commandLine, node: process.versions.node, service }));
        else {
          terminal.print(`mfa      ${commandLine} (Node.js ${process.versions.node})`);
          terminal.print(
            'problem' in service
              ? `service  ${service.problem}`
              : `service  ${visibleLine(service.version)} at ${service.address}`,
          );
        }
        return 0;
      }),
    );
}

/** @throws Failure or ZodError when the address does not answer as the service does */
export async function readServiceVersion(api: Api): Promise<string> {
  return healthSchema.parse((await api.get('health')).body).version;
}

/** The version of the command line is useful without a service, so an unreachable service is not an error. */
async function versionOfService(
  options: object,
): Promise<{ readonly version: string; readonly address: string } | { readonly problem: string }> {
  try {
    const { api } = await openSession(options, 'once');
    return { version: await readServiceVersion(api), address: api.address };
  } catch (error) {
    return { problem: error instanceof Failure ? error.message : 'The address belongs to another service.' };
  }
}

/** Turns `mfa --version` with its options into the command `version`. */
export function toVersionCommand(argv: readonly string[]): string[] {
  const [node = '', script = '', first = '', ...rest] = argv;
  return ['--version', '-V'].includes(first) ? [node, script, 'version', ...rest] : [...argv];
}
