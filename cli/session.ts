import type { Command } from 'commander';
import { findAddress } from './address.ts';
import { type Api, ATTEMPTS, apiClient } from './api.ts';
import { type GetToken, signIn } from './signIn/signIn.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** The dependencies of a command. */
export interface Session {
  readonly api: Api;
  /** The token that requests carry. */
  readonly getToken: GetToken;
  readonly terminal: Terminal;
  /** Results as JSON, for scripts. */
  readonly json: boolean;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
  /** Another command for the same service, ready to copy. */
  commandFor(words: string): string;
}

export interface SessionOptions {
  readonly url?: string;
  readonly audience?: string;
  readonly json?: boolean;
}

/** The options that every command takes. */
export function withSession(command: Command): Command {
  return command
    .option(
      '--url <address>',
      'address of the API (MFA_URL); without it, the last login or a local service, which gets no token',
    )
    .option('--audience <id>', 'App ID URI or client id of the API, to sign in like other Azure tools (MFA_AUDIENCE)')
    .option('--json', 'print JSON, for scripts');
}

/**
 * @param attempts how often a request is sent when the service does not answer: once where a quick answer matters more
 */
export async function openSession(
  options: SessionOptions,
  attempts: 'once' | 'patiently' = 'patiently',
): Promise<Session> {
  const { env } = process;
  const terminal = processTerminal();
  const address = await findAddress(options.url ?? env.MFA_URL);
  const getToken = signIn(address, options.audience ?? env.MFA_AUDIENCE, env.MFA_ACCESS_TOKEN);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const api = apiClient(address.url, getToken, {
    attempts: attempts === 'once' ? 1 : ATTEMPTS,
    wait,
    onRepeat: (why) => terminal.note(`${why} Trying again.`),
  });
  const given = [
    ...(options.url === undefined ? [] : ['--url', options.url]),
    ...(options.audience === undefined ? [] : ['--audience', options.audience]),
  ];
  return {
    api,
    getToken,
    terminal,
    json: options.json === true,
    wait,
    now: () => performance.now(),
    commandFor: (words) => ['mfa', words, ...given].join(' '),
  };
}
