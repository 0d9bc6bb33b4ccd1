import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectFolder } from '../local/projectFolder.ts';
import { runProgram } from './support/runProgram.ts';

const script = join(projectFolder(), 'dist', 'test', 'conformance', 'main.js');

// Red without the check only where PowerShell was installed before.
it.each(['powershell', 'dotnet'])('the check %s is not run without the .NET SDK, and says so', async (name) => {
  const empty = mkdtempSync(join(tmpdir(), 'path-'));
  const run = (...options: string[]) =>
    runProgram(process.execPath, [script, name, ...options], { PATH: empty, Path: empty });
  const said = `test:${name}: not run, because the .NET SDK 10 is not on this machine`;
  expect(await run()).toEqual({ code: 1, out: `\n${said}\n`, err: '' });
  expect(await run('--where-possible')).toEqual({ code: 0, out: `\n${said}\n`, err: '' });
  rmSync(empty, { recursive: true });
});
