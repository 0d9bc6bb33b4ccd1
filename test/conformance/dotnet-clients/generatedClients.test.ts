import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { projectFolder } from '../../../local/projectFolder.ts';
import { startStack } from '../../../local/stack.ts';
import { runProgram } from '../../support/runProgram.ts';
import { buildFolder, kiotaProgram, nswagProgram, quietly } from '../tools.ts';

const document = join(projectFolder(), 'openapi.json');
const stack = await startStack({ users: 200, settings: { REGISTRATION_SWEEP_SCHEDULE: '0 0 0 1 1 *' } });
const people = (await graphControl(stack.graphUrl).users()).filter(
  ({ state, userType, upn }) => state === 'disabled' && userType === 'Member' && !upn.startsWith('Sync_'),
);
afterAll(() => stack.close());

/** Writes the client into the folder; by the name of the project in this folder that uses it. */
const generators: Readonly<Record<string, (folder: string) => [program: string, args: string[]]>> = {
  Kiota: (folder) => [
    kiotaProgram,
    ['generate', '-l', 'CSharp', '-d', document, '-c', 'MfaClient', '-n', 'Mfa', '-o', folder],
  ],
  NSwag: (folder) => [
    nswagProgram,
    [
      'openapi2csclient',
      `/input:${document}`,
      '/classname:MfaClient',
      '/namespace:Mfa',
      `/output:${join(folder, 'Client.cs')}`,
      // Otherwise the client sends a group of zeros where none is given. With System.Text.Json it spells states wrongly.
      '/GenerateOptionalPropertiesAsNullable:true',
      '/JsonLibrary:NewtonsoftJson',
      '/OperationGenerationMode:SingleClientFromOperationId',
    ],
  ],
};

/** Builds a project with the client that was generated. @throws Error with what the compiler said */
function build(name: string, place: string): void {
  const project = join(import.meta.dirname, name.toLowerCase(), `${name}.csproj`);
  const args = [
    'build',
    project,
    `--output=${join(place, 'bin')}`,
    `-p:GeneratedClient=${join(place, 'client')}`,
    `-p:BaseIntermediateOutputPath=${join(place, 'obj')}/`,
    `-p:RestorePackagesPath=${join(buildFolder, '..', 'nuget')}`,
    // No process of it stays.
    '-p:UseSharedCompilation=false',
    '-nodeReuse:false',
    '--verbosity=quiet',
  ];
  const { status, stdout, stderr } = spawnSync('dotnet', args, {
    encoding: 'utf8',
    env: { ...process.env, ...quietly },
  });
  if (status !== 0) throw new Error(`The program with the client of ${name} could not be built: ${stdout}${stderr}`);
}

it.each(Object.entries(generators))('the client of %s builds, and changes a user', async (name, generate) => {
  const place = join(buildFolder, `client-${name}`);
  rmSync(join(place, 'client'), { recursive: true, force: true });
  mkdirSync(join(place, 'client'), { recursive: true });
  const [program, args] = generate(join(place, 'client'));
  execFileSync(program, args, { env: { ...process.env, ...quietly }, stdio: 'pipe' });
  build(name, place);
  const user = people.pop()?.upn ?? '';
  const ran = await runProgram('dotnet', [join(place, 'bin', `${name}.dll`), stack.apiUrl, user], quietly);
  expect(ran).toEqual({ code: 0, out: 'Succeeded Applied StateChanged\n', err: '' });
});
