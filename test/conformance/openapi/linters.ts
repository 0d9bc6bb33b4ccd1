import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { projectFolder } from '../../../local/projectFolder.ts';

const conformance = join(projectFolder(), 'test', 'conformance');
const folder = join(conformance, 'openapi');

/** Turns off update checks and usage reports. */
const quietly = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

/** What a linter has to say, as `rule: message`. */
export type Problems = readonly string[];

function run(script: string, args: readonly string[]): string {
  const program = join(conformance, 'node_modules', script);
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: folder,
    env: quietly,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(`${script} said nothing but: ${stderr}`);
  return stdout;
}

const redocly = z.object({
  problems: z.array(z.object({ ruleId: z.string(), message: z.string(), ignored: z.boolean().optional() })),
});

/** @param api a document of redocly.yaml, or the path of another */
export function lintWithRedocly(api: string): Problems {
  const out = run('@redocly/cli/bin/cli.js', ['lint', api, '--config', 'redocly.yaml', '--format', 'json']);
  return redocly
    .parse(JSON.parse(out))
    .problems.filter(({ ignored }) => ignored !== true)
    .map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

const spectral = z.array(z.object({ code: z.union([z.string(), z.number()]), message: z.string() }));

/** @param path of a document, from this folder */
export function lintWithSpectral(path: string): Problems {
  const out = run('@stoplight/spectral-cli/dist/index.js', [
    'lint',
    path,
    '--ruleset',
    'spectral.yaml',
    '-f',
    'json',
    '--quiet',
  ]);
  return spectral.parse(JSON.parse(out)).map(({ code, message }) => `${code}: ${message}`);
}
