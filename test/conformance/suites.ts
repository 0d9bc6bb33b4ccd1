import { clientGenerators, dotnet, npmPackages, nugetPackages, powershell, type Tool } from './tools.ts';

/** The conformance checks, and what each needs on the machine. `npm run test:NAME` runs one. */
export const suites: Readonly<Record<string, readonly Tool[]>> = {
  bicep: [nugetPackages],
  powershell: [powershell, nugetPackages],
  kusto: [npmPackages],
  openapi: [npmPackages],
  clients: [npmPackages],
  dotnet: [dotnet],
  'dotnet-clients': [dotnet, clientGenerators],
};
