import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StartedService, startService } from '../../local/start/startedService.ts';
import { isAsPromised, plain } from '../../support/expectedOutput.ts';
import { pageBlocks } from '../../support/pageCommands.ts';
import { runProgram } from '../../support/runProgram.ts';
import { powershellProgram, quietly } from '../tools.ts';

/** Between what one block of the page prints and what the next one does. */
const END_OF_BLOCK = '--- end of block ---';

const blocks = pageBlocks(readFileSync('docs/first-hour.md', 'utf8'), 'powershell');
const folder = mkdtempSync(join(tmpdir(), 'first-hour-'));
let service: StartedService;
let printed: string[];

/** The whole page runs in one PowerShell, as a reader does it. */
beforeAll(async () => {
  for (const path of [join('docs', 'examples'), 'powershell']) cpSync(path, join(folder, path), { recursive: true });
  service = await startService();
  const script = join(folder, 'page.ps1');
  // Each block by itself: PowerShell lays out what is shown together in one way.
  const lines = blocks.map(({ code }) => `. {\n${code}} | Out-String -Width 120\n'${END_OF_BLOCK}'`);
  writeFileSync(script, ["$ErrorActionPreference = 'Stop'", ...lines].join('\n'));
  const ran = await runProgram(
    powershellProgram,
    ['-NoProfile', '-NonInteractive', '-File', script],
    { ...quietly, NO_COLOR: '1', MFA_URL: service.apiUrl, MFA_ACCESS_TOKEN: undefined, MFA_AUDIENCE: undefined },
    folder,
  );
  expect(ran.code, ran.out + ran.err).toBe(0);
  printed = ran.out.replaceAll(service.apiUrl, 'http://127.0.0.1:7071/api').split(END_OF_BLOCK);
});
afterAll(async () => {
  service.interrupt();
  await service.ended;
  rmSync(folder, { recursive: true });
});

describe('the first hour in PowerShell', () => {
  it('has blocks, and each says what it prints', () => {
    expect(blocks.length).toBeGreaterThan(4);
    expect(blocks.filter(({ output }) => output === undefined)).toEqual([]);
  });

  it.each(blocks.map(({ code, output = [] }, index) => [code.trim(), output, index] as const))(
    '%s',
    (_, output, index) => {
      const found = printed[index]?.trim() ?? '';
      if (!isAsPromised(found, output))
        expect(plain(found), 'the page shows another output').toEqual(plain(output.join('\n')));
    },
  );
});
