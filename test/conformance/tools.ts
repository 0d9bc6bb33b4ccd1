import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFolder } from '../../local/projectFolder.ts';

const BICEP_VERSION = '0.49.2'; // as in packages.csproj
const PESTER_VERSION = '6.2.0'; // as in packages.csproj
const POWERSHELL_VERSION = '7.6.9';
const KIOTA_VERSION = '1.38.0';
const NSWAG_VERSION = '14.7.1';
/** The first major version of the .NET SDK that the checks run with. */
const DOTNET_MAJOR = 10;

const project = projectFolder();
const conformance = join(project, 'test', 'conformance');
/** What is installed for the checks. Git ignores it. */
const installed = join(project, '.tools');
const packages = join(installed, 'nuget');
const isWindows = process.platform === 'win32';

/** The Bicep compiler. */
export const bicepProgram = join(
  packages,
  `azure.bicep.commandline.${{ win32: 'win-x64', darwin: 'osx-arm64' }[process.platform as string] ?? 'linux-x64'}`,
  BICEP_VERSION,
  'tools',
  isWindows ? 'bicep.exe' : 'bicep',
);
/** PowerShell 7. */
export const powershellProgram = join(installed, 'powershell', isWindows ? 'pwsh.exe' : 'pwsh');
/** The manifest of the Pester module, for Import-Module. */
export const pesterManifest = join(packages, 'pester', PESTER_VERSION, 'tools', 'Pester.psd1');
/** For what a check builds. */
export const buildFolder = join(installed, 'build');

/** Environment variables that turn off welcome messages and usage reports of Microsoft's programs. */
export const quietly = {
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  POWERSHELL_TELEMETRY_OPTOUT: '1',
  POWERSHELL_UPDATECHECK: 'Off',
  KIOTA_CLI_TELEMETRY_OPTOUT: 'true',
} as const;

/** Why a tool cannot be used on this machine. */
export class ToolMissingError extends Error {
  override readonly name = 'ToolMissingError';
}

/** A tool that a check needs. @throws ToolMissingError that says what is missing */
export type Tool = () => void;

export const dotnet: Tool = () => {
  const { status, stdout } = spawnSync('dotnet', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...quietly },
  });
  if (status !== 0) throw new ToolMissingError(`the .NET SDK ${DOTNET_MAJOR} is not on this machine`);
  if (Number.parseInt(stdout, 10) < DOTNET_MAJOR)
    throw new ToolMissingError(`the .NET SDK on this machine is ${stdout.trim()}, older than ${DOTNET_MAJOR}`);
};

/** Packages of packages.csproj: the Bicep compiler and Pester. */
export const nugetPackages: Tool = () => {
  if (existsSync(bicepProgram) && existsSync(pesterManifest)) return;
  dotnet();
  const obj = `-p:BaseIntermediateOutputPath=${join(installed, 'obj')}/`;
  run('dotnet', ['restore', join(conformance, 'packages.csproj'), '--packages', packages, obj]);
  if (!isWindows) chmodSync(bicepProgram, 0o755); // a package of NuGet's has no run bit
};

/** PowerShell as a tool of .NET. */
export const powershell: Tool = () => {
  installTool(powershellProgram, 'PowerShell', POWERSHELL_VERSION);
};

/** The generators of .NET clients. */
export const kiotaProgram = join(installed, 'kiota', isWindows ? 'kiota.exe' : 'kiota');
export const nswagProgram = join(installed, 'nswag', isWindows ? 'nswag.exe' : 'nswag');

export const clientGenerators: Tool = () => {
  installTool(kiotaProgram, 'Microsoft.OpenApi.Kiota', KIOTA_VERSION);
  installTool(nswagProgram, 'NSwag.ConsoleCore', NSWAG_VERSION);
};

/** Installs a tool of .NET in the folder of its program. A tool that is left from before does not run without `dotnet`. */
function installTool(program: string, name: string, version: string): void {
  dotnet();
  if (existsSync(program)) return;
  mkdirSync(installed, { recursive: true });
  run('dotnet', ['tool', 'install', '--tool-path', dirname(program), name, '--version', version]);
}

/** Packages of test/conformance/package.json. */
export const npmPackages: Tool = () => {
  const lock = join(conformance, 'node_modules', '.package-lock.json');
  if (existsSync(lock) && statSync(lock).mtimeMs >= statSync(join(conformance, 'package-lock.json')).mtimeMs) return;
  run(isWindows ? 'npm.cmd' : 'npm', ['ci', '--prefix', conformance]);
};

/** @throws ToolMissingError when the program fails, with the end of what it said */
function run(program: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...quietly },
    shell: isWindows,
  });
  if (status === 0) return;
  const said = error?.message ?? `${stdout}${stderr}`.trim().split('\n').slice(-5).join('\n');
  throw new ToolMissingError(`\`${program} ${args.slice(0, 2).join(' ')}\` failed: ${said}`);
}
