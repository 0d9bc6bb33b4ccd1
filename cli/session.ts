import type { Command } from 'commander';
import { findAddress } from './address.ts';
import { type Api, apiClient } from './api.ts';
import { signIn } from './signIn.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What a command works with. */
export interface Session {
  readonly api: Api;
  readonly terminal: Terminal;
  /** Results as JSON, for scripts. */
  readonly json: boolean;
  readonly wait: (ms: number) => Promise<void>;
  /** Milliseconds since any fixed moment. */
  readonly now: () => number;
}

interface SessionOptions {
  readonly url?: string;
  readonly audience?: string;
  readonly json?: boolean;
}

/** The options that every command takes. */
export function withSession(command: Command): Command {
  return command
    .option('--url <address>', 'address of the API (MFA_URL); a stack started with npm start is found by itself')
    .option('--audience <uri>', "the API's App ID URI, to sign in for (MFA_AUDIENCE)")
    .option('--json', 'print JSON, for scripts');
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const { env } = process;
  const terminal = processTerminal();
  const address = await findAddress(options.url ?? env.MFA_URL);
  const getToken = signIn(address, options.audience ?? env.MFA_AUDIENCE, env.MFA_ACCESS_TOKEN);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const api = apiClient(address, getToken, { wait, onRepeat: (why) => terminal.note(`${why} Trying again.`) });
  return { api, terminal, json: options.json === true, wait, now: () => performance.now() };
}
