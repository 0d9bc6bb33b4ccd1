import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiClient } from '../apiClient.ts';
import { projectFolder } from '../projectFolder.ts';
import { runSweep } from '../runSweep.ts';
import { startStack } from '../stack.ts';
import { type Span, screenLines } from './screen.ts';

/** Characters in a line of the recorded terminal. */
export const COLUMNS = 112;

/** What is typed, as in README.md. */
const COMMANDS = [
  'npx . enable docs/examples/users.csv --reason "Rollout, wave 1"',
  'npx . audit --user alice@contoso.com',
] as const;

/** Starts the service, runs a few commands in a terminal, and returns all that was on the screen. */
export async function recordSession(): Promise<Span[][]> {
  const stack = await startStack();
  const noSignIn = mkdtempSync(join(tmpdir(), 'picture-')); // a configuration without an account
  try {
    await runSweep({ api: apiClient(stack.apiUrl), hostUrl: stack.hostUrl }, () => performance.now());
    const lines: Span[][] = [];
    for (const command of COMMANDS) {
      if (lines.length > 0) lines.push([]);
      lines.push([{ text: `$ ${command}`, style: 'bold' }]);
      const sent = await runInTerminal(command, { MFA_URL: stack.apiUrl, MFA_CONFIG_DIR: noSignIn });
      lines.push(...screenLines(sent.trimEnd()));
    }
    return lines;
  } finally {
    await stack.close();
    rmSync(noSignIn, { recursive: true });
  }
}

/** Runs a command in a pseudo-terminal, which `script` of util-linux makes. */
async function runInTerminal(command: string, env: Readonly<Record<string, string>>): Promise<string> {
  const mfa = command.replace(/^npx \./, `'${process.execPath}' bin/mfa.mjs`);
  const line = `stty cols ${COLUMNS} rows 50; ${mfa}`;
  const child = spawn('script', ['--quiet', '--flush', '--command', line, '/dev/null'], {
    cwd: projectFolder(),
    env: {
      ...process.env,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      CI: undefined, // there are no colours and no progress on a build server
      TERM: 'xterm-256color',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let sent = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    sent += text;
  });
  await once(child, 'close');
  return sent;
}
