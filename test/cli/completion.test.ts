import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shells } from '../../cli/completion/scripts.ts';
import { runProgram } from '../support/runProgram.ts';
import { mfa, script } from './mfa.ts';

async function complete(...words: string[]): Promise<string[]> {
  const { code, out, err } = await mfa(['__complete', ...words]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out.split('\n').slice(0, -1);
}

describe.concurrent('what may come next', () => {
  it.each<[string[], string[]]>([
    [['op'], ['operation']],
    [
      ['operation', ''],
      ['approve', 'cancel', 'items', 'list', 'reject', 'resend-mails', 'retry', 'show', 'undo', 'watch'],
    ],
    [['operation', 'c'], ['cancel']],
    [
      ['operation', 'list', '--sta'],
      ['--state', '--status'],
    ],
    [['operation', 'list', '--status', 'P'], ['PartiallySucceeded']],
    [['operation', 'list', '--status=P'], ['--status=PartiallySucceeded']],
    [['operation', 'list', '--limit', ''], []],
    [['operation', 'list', '--limit', '5', '--kind', 're'], ['retry']],
    [
      ['user', 'list', '--json', '--registered', ''],
      ['false', 'true', 'unknown'],
    ],
    [['enable', 'alice@contoso.com', '--dry'], ['--dry-run']],
    [['completion', '--h'], ['--help']],
    [['enable', '--csv', ''], []],
  ])('%j', async (words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });

  it('is every command and nothing hidden', async () => {
    const names = await complete('');
    expect(names).toContain('login');
    expect(names.filter((name) => name.startsWith('_'))).toEqual([]);
    const help = await mfa(['--help']);
    expect(help.out).not.toContain('__complete');
    for (const name of names) expect(help.out).toContain(`\n  ${name} `);
  });
});

describe('the script', () => {
  it.each(shells)('of %s is printed, and asks the command line', async (shell) => {
    expect(await mfa(['completion', shell])).toMatchObject({ code: 0, out: expect.stringContaining('mfa __complete') });
  });

  it('of an unknown shell is none', async () => {
    expect(await mfa(['completion', 'tcsh'])).toMatchObject({ code: 1, err: expect.stringContaining('powershell') });
  });
});

// Other systems may have no bash, or one of another time.
describe.skipIf(process.platform !== 'linux')('bash', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'completion-'));
    const command = join(folder, 'mfa');
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
    chmodSync(command, 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string[], string[]]>([
    [['op'], ['operation']],
    [['operation', 'list', '--status', 'P'], ['PartiallySucceeded']],
    [
      ['user', 'list', '--registered', ''],
      ['false', 'true', 'unknown'],
    ],
    [['enable', '--csv', ''], []],
  ])('completes %j', async (words, expected) => {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const asked = `source <(mfa completion bash); COMP_WORDS=(mfa ${quoted}); COMP_CWORD=${words.length}; _mfa; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p mfa`;
    const path = `${folder}${delimiter}${process.env.PATH}`;
    const { out, err } = await runProgram('bash', ['-c', asked], { PATH: path });
    expect(err).toBe('');
    const lines = out.trim().split('\n');
    expect(lines.pop()).toBe('complete -o default -F _mfa mfa');
    expect(lines.filter((line) => line !== '')).toEqual(expected);
  });
});
