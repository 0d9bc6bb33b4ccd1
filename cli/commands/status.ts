import type { Command } from 'commander';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { version as commandLine } from '../../shared/version.ts';
import { ApiFailure, Failure } from '../failure.ts';
import { openSession, type SessionOptions, withSession } from '../session.ts';
import { table } from '../table.ts';
import { toJson } from '../visible.ts';
import { readServiceVersion } from './version.ts';

const claimsSchema = z.object({
  preferred_username: z.string().optional(),
  upn: z.string().optional(),
  name: z.string().optional(),
  oid: z.string().optional(),
  tid: z.string().optional(),
  roles: z.array(z.string()).optional(),
  exp: z.number().optional(),
});

/** Adds `status`. */
export function addStatus(program: Command, run: (work: () => Promise<number>) => Promise<void>): void {
  const status = withSession(program.command('status'))
    .description('Shows the service that commands use, your account, and your roles.')
    .addHelpText(
      'after',
      '\nExamples:\n  mfa status\n  mfa status --json\n\nExit codes: 0 the service accepts your sign-in, 1 it does not.',
    )
    .action(() => run(() => showStatus(status.optsWithGlobals())));
}

async function showStatus(options: SessionOptions): Promise<number> {
  const session = await openSession(options, 'once');
  const token = await session.getToken();
  const claims = token === undefined ? undefined : claimsSchema.safeParse(decodedOrUndefined(token)).data;
  const access = await tryAccess(session.api);
  const serviceVersion = access === undefined ? await readServiceVersion(session.api) : null;
  const found = {
    address: session.api.address,
    user: claims?.preferred_username ?? claims?.upn ?? claims?.name ?? claims?.oid ?? null,
    tenant: claims?.tid ?? null,
    roles: claims?.roles ?? [],
    tokenExpiresDateTime: claims?.exp === undefined ? null : new Date(claims.exp * 1000).toISOString(),
    access: access ?? 'accepted',
    version: { service: serviceVersion, commandLine },
  };
  const rows = [
    ['Service', found.address],
    ['User', found.user ?? (token === undefined ? 'not needed: a local service needs no sign-in' : 'not known')],
    ['Tenant', found.tenant ?? ''],
    ['Roles', token === undefined ? 'all' : found.roles.join(', ') || 'none'],
    ['Token expires', found.tokenExpiresDateTime ?? ''],
    ['Access', found.access],
    ['Version', serviceVersion === null ? '' : `${serviceVersion} (command line ${commandLine})`],
  ].filter(([, value]) => value !== '');
  session.terminal.print(
    session.json
      ? toJson(found)
      : table(
          [{ title: 'Property' }, { title: 'Value', wraps: true }],
          rows.map(([property = '', value = '']) => [property, value]),
          session.terminal,
        ),
  );
  return access === undefined ? 0 : 1;
}

/**
 * Why the service rejects the token; undefined when it accepts it. A caller without the role for this list is accepted.
 */
async function tryAccess(api: { get(path: string): Promise<unknown> }): Promise<string | undefined> {
  try {
    await api.get('users/summary');
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 403) return undefined;
    if (error instanceof Failure) return error.message;
    throw error;
  }
  return undefined;
}

function decodedOrUndefined(token: string): unknown {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // the service reports the error
  }
}
