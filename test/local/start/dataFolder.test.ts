import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { builtScript } from '../../../local/projectFolder.ts';
import { JOURNAL_FILE } from '../../../local/stack.ts';
import { mfa } from '../../cli/mfa.ts';
import { freePort } from '../../support/freePort.ts';
import { runProgram } from '../../support/runProgram.ts';
import { type StartedService, startService } from './startedService.ts';

const folder = mkdtempSync(join(tmpdir(), 'data-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const data = join(folder, 'kept');
const start = (...args: string[]): Promise<StartedService> => startService('--users', '60', '--data', data, ...args);

async function stop(service: StartedService): Promise<string> {
  service.interrupt();
  const { code, err } = await service.ended;
  expect(code, err).toBe(0);
  return err;
}

async function get<T>(service: StartedService, path: string): Promise<T> {
  const response = await fetch(`${service.apiUrl}/${path}`);
  expect(response.status).toBe(200);
  return JSON.parse(await response.text());
}

const stateOf = async (service: StartedService, user: string): Promise<string> =>
  (await get<{ state: string }>(service, `users/${user}/mfa-state`)).state;

/** Starts with the folder, which is refused before anything runs. */
async function refused(...args: string[]): Promise<string> {
  const port = String(await freePort());
  const { code, out, err } = await runProgram(process.execPath, [builtScript('start'), '--port', port, ...args]);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  return err;
}

interface List<T> {
  readonly value: readonly T[];
}

describe('npm start with --data', () => {
  it('keeps the directory beside the tables, also when it is killed, and they agree', async () => {
    const first = await start();
    const changed = await mfa(['enable', 'alice@contoso.com', 'bob@contoso.com', '--reason', 'A test'], {
      env: { MFA_URL: first.apiUrl },
    });
    expect(changed.code, changed.err).toBe(0);
    // Azurite writes its tables to disk when it is stopped, so the service is stopped in order here.
    expect(await stop(first)).toBe('');

    const second = await start();
    expect(await stateOf(second, 'alice@contoso.com')).toBe('enabled');
    // Bob had registered, so Entra moved him on.
    expect(await stateOf(second, 'bob@contoso.com')).toBe('enforced');
    const listed = await get<List<{ state: string }>>(second, 'users?q=alice@');
    expect(listed.value.map(({ state }) => state)).toEqual(['enabled']);
    const audit = await get<List<{ event: string }>>(second, 'audit?user=alice@contoso.com');
    expect(audit.value.map(({ event }) => event)).toEqual(['stateChanged']);

    process.kill(second.pidOf('Graph simulator'), 'SIGKILL');
    expect((await second.ended).code).toBe(1);
    // What a process leaves that ends while it writes.
    appendFileSync(join(data, JOURNAL_FILE), '{"kind":"state","at":17');
    const third = await start();
    expect(await stateOf(third, 'alice@contoso.com')).toBe('enabled');
    expect(await stop(third)).toBe('');
  });

  it('refuses the directory of other options, and says which it was', async () => {
    expect(await refused('--users', '61', '--data', data)).toContain('Start with --users 60 --seed 1');
    expect(await refused('--users', '60', '--seed', '2', '--data', data)).toContain('Start with --users 60 --seed 1');
  });

  it('refuses tables without their directory, and a directory that it did not write', async () => {
    const tables = mkdtempSync(join(folder, 'tables-'));
    writeFileSync(join(tables, '__azurite_db_table__.json'), '{}');
    expect(await refused('--data', tables)).toContain('has tables, and no directory');
    const foreign = mkdtempSync(join(folder, 'foreign-'));
    writeFileSync(join(foreign, JOURNAL_FILE), `${readFileSync(join(data, JOURNAL_FILE), 'utf8')}{"kind":"x"}\n`);
    expect(await refused('--users', '60', '--data', foreign)).toMatch(/Line \d+ of .* is not one/);
  });

  it('names the messages that are lost when it stops before its operations have finished', async () => {
    const service = await startService('--users', '2000', '--data', join(folder, 'busy'));
    await graphControl(service.graphUrl).changeSettings({ latencyMs: 3_000 });
    const accepted = await mfa(['enable', 'docs/examples/users.csv', '--reason', 'A test', '--no-wait'], {
      env: { MFA_URL: service.apiUrl },
    });
    expect(accepted.code, accepted.err).toBe(0);
    expect(await stop(service)).toMatch(/\d+ messages? (is|are) left in Service Bus and not kept/);
  });
});
