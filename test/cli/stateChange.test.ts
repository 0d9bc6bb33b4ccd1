import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import type { OperationView } from '../../shared/http/operationView.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import type { Person } from '../support/people.ts';
import { startReceiver } from '../support/receiver.ts';
import { startTcpProxy } from '../support/tcpProxy.ts';
import { mfa, type Ran } from './mfa.ts';

let parts: Parts;
let app: App;
const folder = mkdtempSync(join(tmpdir(), 'mfa-'));

beforeAll(async () => {
  parts = await startParts({ users: 3_000 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], input?: string): Promise<Ran> =>
  mfa(args, { env: { MFA_URL: app.url }, ...(input === undefined ? {} : { input }) });
const why = ['--reason', 'a test'];

function fileOf(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** What --json prints. */
const json = <T = OperationView & { attention: OperationItemView[] }>({ out }: Ran): T => JSON.parse(out) as T;

describe('mfa enable, enforce and disable', () => {
  it('change users and end with 0 when all is done', async () => {
    const people = parts.people.take(3);
    const ran = await run(['enable', ...people.map(({ name }) => name), ...why]);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('3 applied') });
    expect(people.map(({ index }) => parts.graph.directory.columns.states[index])).toEqual([1, 1, 1]);
  });

  it('end with 2 when users were refused or failed, and say why', async () => {
    const ran = await run(['enable', parts.people.one().name, 'nobody@contoso.com', ...why]);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('PartiallySucceeded');
    expect(ran.out).toContain('nobody@contoso.com');
    expect(ran.out).toContain('userNotFound');
    expect(ran.err).not.toContain('\r'); // no bar without a terminal
  });

  it('print one JSON object for scripts, with the users that need attention', async () => {
    const ran = await run(['enable', parts.people.one().name, 'nobody@contoso.com', ...why, '--json']);
    expect(json(ran)).toMatchObject({
      status: 'PartiallySucceeded',
      counts: { applied: 1, failed: 1 },
      attention: [{ reference: 'nobody@contoso.com', outcome: 'failed' }],
    });
  });

  it('take a CSV file of 10,000 users', async () => {
    const names = parts.people.take(1_000, {}).map(({ name }) => name);
    const again = names.map((name) => name.toUpperCase());
    const rows = [...names, ...Array.from({ length: 9 }, () => again).flat()];
    const file = fileOf('users.csv', `\uFEFFname,user\r\n${rows.map((name) => `x,"${name}"`).join('\r\n')}\r\n`);
    const ran = await run(['enable', '--csv', file, '--dry-run', '--json', ...why]);
    expect(json(ran)).toMatchObject({ references: 10_000, dryRun: true, counts: { pending: 0, duplicate: 9_000 } });
  });

  it('take the users from a column of any name', async () => {
    const [one, two] = parts.people.take(2) as [Person, Person];
    const file = fileOf('hr.csv', `Name,E-Mail\nx,${one.name}\ny,${two.name}\n`);
    expect(json(await run(['enable', '--csv', file, '--column', 'e-mail', '--json', ...why]))).toMatchObject({
      counts: { applied: 2 },
    });
    const wrong = await run(['enable', '--csv', file, '--column', 'upn', ...why]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('"upn"') });
    const piped = await run(['enable', '--csv', '-', '--column', 'mail', '--json', ...why], `mail\n${one.name}\n`);
    expect(json(piped)).toMatchObject({ counts: { unchanged: 1 } });
  });

  it('take users from standard input, as lines and as CSV', async () => {
    const [one, two] = parts.people.take(2) as [Person, Person];
    const lines = await run(['enable', '-', '--json', ...why], `${one.name}\r\n\n${two.name}\n`);
    expect(json(lines)).toMatchObject({ references: 2, counts: { applied: 2 } });
    const csv = await run(['enable', '-', '--json', ...why], `user\n${one.name}\n`);
    expect(json(csv)).toMatchObject({ references: 1, counts: { unchanged: 1 } });
  });

  it('take a file as Entra exports it: by its name alone, by --csv and from standard input, by name and by object id', async () => {
    const [one, two] = parts.people.take(2) as [Person, Person];
    const rows = [one, two].map(({ name, id }) => `${name},"A, B",${id}\r\n`).join('');
    const content = `\uFEFFuserPrincipalName,displayName,id\r\n${rows}`;
    const file = fileOf('entra.csv', content);
    const applied = await run(['enable', file, '--json', ...why]);
    expect(json(applied)).toMatchObject({ references: 2, counts: { applied: 2 } });
    const ids = fileOf('ids.csv', content.replace('userPrincipalName', 'mail'));
    for (const again of [
      await run(['enable', '--csv', file, '--json', ...why]),
      await run(['enable', '-', '--json', ...why], content),
      await run(['enable', ids, '--json', ...why]),
    ])
      expect(json(again)).toMatchObject({ references: 2, counts: { unchanged: 2 } });
    const both = await run(['enable', file, one.name, ...why]);
    expect(both).toMatchObject({ code: 1, out: '' });
  });

  it('give the id at once with --no-wait, and the operation can be watched', async () => {
    const started = await run(['enable', parts.people.one().name, ...why, '--no-wait']);
    expect(started.code).toBe(0);
    expect(started.out).toMatch(/^[0-9a-f-]{36}\n$/);
    const watched = await run(['operation', 'watch', started.out.trim()]);
    expect(watched).toMatchObject({ code: 0, out: expect.stringContaining('1 applied') });
  });

  it('carry what the user acknowledges, however it is written', async () => {
    const people = parts.people.take(2, { state: 'disabled', registered: false });
    const args = [
      'enforce',
      '--acknowledge',
      'legacyAuthInterruption,weaken',
      ...people.map(({ name }) => name),
      ...why,
    ];
    expect(json(await run([...args, '--json']))).toMatchObject({
      counts: { applied: 2 },
      acknowledge: ['legacyAuthInterruption', 'weaken'],
    });
  });
});

describe('disabling many', () => {
  it('needs --yes without a terminal', async () => {
    const names = parts.people.take(11, { state: 'enabled' }).map(({ name }) => name);
    const refused = await run(['disable', ...names, ...why]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    const few = await run(['disable', ...names.slice(0, 10), ...why, '--json']);
    expect(json(few)).toMatchObject({ counts: { applied: 10 } });
    const all = await run(['disable', ...names, ...why, '--yes', '--json']);
    expect(json(all)).toMatchObject({ counts: { applied: 1, unchanged: 10 } });
  });

  it('counts only users whose state would change', async () => {
    const changed = parts.people.take(10, { state: 'enabled' }).map(({ name }) => name);
    const already = parts.people.take(20, { state: 'disabled' }).map(({ name }) => name);
    const few = await run(['disable', ...changed, ...already, ...why, '--json']);
    expect(json(few)).toMatchObject({ counts: { applied: 10, unchanged: 20 } });
    const more = parts.people.take(11, { state: 'enabled' }).map(({ name }) => name);
    const many = await run(['disable', ...more, ...already, ...why]);
    expect(many).toMatchObject({ code: 1, err: expect.stringContaining('11 of 31 users change to disabled') });
    expect(many.err).toContain('Not an interactive terminal; use --yes to confirm.');
  });

  it('asks for a group with more, and for one whose members cannot be found out', async () => {
    const { groups } = parts.graph.directory;
    const group = groups.find(({ users }) => users.length > 100);
    const counted = await run(['disable', '--group', group?.id ?? '', ...why]);
    expect(counted).toMatchObject({ code: 1, err: expect.stringMatching(/[\d,]+ of [\d,]+ users.*--yes/) });
    const unknown = await run(['disable', '--group', randomUUID(), ...why]);
    expect(unknown).toMatchObject({ code: 1, err: expect.stringMatching(/Members of the group.*--yes/) });
  });
});

describe('overriding a safety check for many', () => {
  it('needs --yes, in a retry too, whatever the state', async () => {
    const names = parts.people.take(12, { state: 'disabled', registered: false }).map(({ name }) => name);
    const override = ['--acknowledge', 'legacyAuthInterruption'];
    const asked = await run(['enforce', ...names, ...why, ...override]);
    expect(asked).toMatchObject({ code: 1, err: expect.stringContaining('overriding legacyAuthInterruption') });
    const refused = json(await run(['enforce', ...names, ...why, '--json']));
    expect(refused.counts.refused).toBe(12);
    const retried = await run(['operation', 'retry', refused.id, ...override]);
    expect(retried).toMatchObject({ code: 1, err: expect.stringContaining('12 users change to enforced') });
    const confirmed = await run(['operation', 'retry', refused.id, ...override, '--yes', '--json']);
    expect(json(confirmed)).toMatchObject({ counts: { applied: 12 } });
  });
});

describe('mfa operation cancel', () => {
  it('is an error only when the operation has finished', async () => {
    const { id } = json(await run(['enable', parts.people.one().name, ...why, '--json']));
    const late = await run(['operation', 'cancel', id]);
    expect(late).toMatchObject({ code: 1, out: '', err: expect.stringContaining('OperationFinished') });
    const { body } = await app.get<OperationView>(`operations/${id}`);
    expect(body).toMatchObject({ status: 'Succeeded', cancelRequestedDateTime: null });
  });
});

// This one waits before it tries again; meanwhile others go wrong.
describe.concurrent('a command that was cut off', () => {
  it('continues with the same --operation-id, and nothing is done twice', async () => {
    const { port } = new URL(app.url) as URL;
    const proxy = await startTcpProxy(Number(port));
    const people = parts.people.take(5);
    const id = randomUUID();
    const args = ['enable', ...people.map(({ name }) => name), ...why, '--operation-id', id, '--json'];
    const env = { MFA_URL: `http://127.0.0.1:${proxy.port}/api` };
    await proxy.cut();
    const cut = await mfa(args, { env });
    expect(cut.code).toBe(1);
    expect(cut.err).toContain(`--operation-id ${id}`);
    await proxy.restore();
    const first = json(await mfa(args, { env }));
    const again = json(await mfa(args, { env }));
    await proxy.cut();
    expect([first.id, again.id]).toEqual([id, id]);
    expect(again.counts.applied).toBe(5);
    const writes = people.flatMap((person) => parts.graph.ledger.entries.filter(({ userId }) => userId === person.id));
    expect(writes).toHaveLength(5);
  });
});

// Windows has no signal that a program could answer.
describe.skipIf(process.platform === 'win32')('a command that is interrupted in the middle of sending', () => {
  it('ends with 130, and continues with the same --operation-id, also when the request had arrived', async () => {
    const mute = await startReceiver();
    const interrupt = new Promise<void>((resolve) => {
      mute.answer = async (_noAnswer, { path, headers, body }) => {
        const passedOn = { 'Content-Type': 'application/json', 'Operation-Id': String(headers['operation-id']) };
        await fetch(new URL(path, app.url), { method: 'POST', headers: passedOn, body });
        resolve();
      };
    });
    const person = parts.people.one();
    const id = randomUUID();
    const args = ['enable', person.name, ...why, '--operation-id', id, '--json'];
    const cut = await mfa(args, { env: { MFA_URL: `${mute.url}/api` }, interrupt });
    await mute.close();
    expect(cut).toMatchObject({ code: 130, out: '' });
    const again = await run(args);
    expect(again.code).toBe(0);
    expect(json(again)).toMatchObject({ id, counts: { applied: 1 } });
    expect(parts.graph.ledger.entries.filter(({ userId }) => userId === person.id)).toHaveLength(1);
  });
});

describe.concurrent('what goes wrong ends with 1 and says what to do', () => {
  it.each<[string, string[], string]>([
    ['no reason', ['enable', 'a@contoso.com'], '--reason'],
    ['no users', ['enable', ...why], '--csv'],
    ['users and a file', ['enable', 'a@contoso.com', '--csv', 'x.csv', ...why], 'in exactly one way'],
    ['a column without a file', ['enable', 'a@contoso.com', '--column', 'x', ...why], '--csv'],
    ['no such file', ['enable', '--csv', 'nowhere.csv', ...why], 'ENOENT'],
    ['an unknown safety check', ['enable', 'a@contoso.com', '--acknowledge', 'all', ...why], 'legacyAuthInterruption'],
    ['an unknown command', ['enabel'], 'enable'],
    ['what the API refuses', ['enable', 'not a user', ...why], 'users[0]'],
    ['an operation that does not exist', ['operation', 'show', randomUUID()], 'OperationNotFound'],
    ['an address that is not safe', ['operation', 'list', '--url', 'http://example.com/api'], 'https:'],
    ['an address without audience', ['operation', 'list', '--url', 'https://example.invalid/api'], 'MFA_AUDIENCE'],
  ])('%s', async (_what, args, hint) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toContain(hint);
    expect(ran.err).not.toMatch(/\n {4}at /); // no stack
  });

  it('as JSON for scripts', async () => {
    const ran = await run(['operation', 'show', randomUUID(), '--json']);
    expect(JSON.parse(ran.err)).toMatchObject({ error: { code: 'OperationNotFound' } });
  });
});
