import { spawn } from 'node:child_process';
import { waitUntil } from '../support/waitUntil.ts';
import { noConfig, script } from './mfa.ts';

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly columns: number;
  /** What is typed, each once the text before it has appeared. `\u0003` is Ctrl-C, `\u0004` Ctrl-D. */
  readonly typed?: readonly { readonly after: RegExp; readonly keys: string }[];
  /** Goes after the command, such as `| head -1`. */
  readonly shell?: string;
}

export interface Shown {
  readonly code: number | null;
  /** All that the terminal was sent. */
  readonly raw: string;
  /** The lines that were shown, without colours: also those that others took the place of. */
  readonly lines: readonly string[];
}

/** Runs the command line on a real pseudo-terminal, which `script` of util-linux makes. Its two outputs are one there. */
export async function onTerminal(args: readonly string[], options: TerminalOptions): Promise<Shown> {
  const command = [process.execPath, script, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const line = `stty cols ${options.columns} rows 40; ${options.shell === undefined ? `exec ${command}` : `${command} ${options.shell}`}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
    env: {
      ...process.env,
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      CI: undefined, // libraries show no colours and no progress on a build server
      TERM: 'xterm-256color',
      MFA_CONFIG_DIR: noConfig,
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let raw = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  for (const { after, keys } of options.typed ?? []) {
    await waitUntil(() => after.test(raw), `${after} is shown`);
    child.stdin.write(keys);
  }
  const code = await closed;
  return { code, raw, lines: linesOf(raw) };
}

/** Text between anything that moves the cursor to the beginning of a line. */
function linesOf(raw: string): string[] {
  return withoutSequences(raw).split(/[\r\n]+/);
}

/** Without the sequences that the command line may use: colours, and clearing to the end of the line. */
export function withoutSequences(raw: string): string {
  return raw.replaceAll('\u001B[K', '').replace(/\p{Cc}\[[0-9;]*m/gu, '');
}
