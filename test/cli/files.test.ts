import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OperationItemView } from '../../shared/http/itemView.ts';
import type { OperationView } from '../../shared/http/operationView.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { workbookOf } from '../support/workbook.ts';
import { mfa, type Ran } from './mfa.ts';

let parts: Parts;
let app: App;
const folder = mkdtempSync(join(tmpdir(), 'mfa-files-'));
const why = ['--reason', 'a test\nof two lines'];

beforeAll(async () => {
  parts = await startParts({ users: 1_000 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

const run = (args: readonly string[], input?: string | Uint8Array): Promise<Ran> =>
  mfa([...args, ...why], { env: { MFA_URL: app.url }, ...(input === undefined ? {} : { input }) });
const json = ({ out, err }: Ran): OperationView & { attention: OperationItemView[] } => {
  if (out === '') throw new Error(err);
  return JSON.parse(out) as OperationView & { attention: OperationItemView[] };
};
const stateOf = ({ index }: { index: number }) => parts.graph.directory.columns.states[index];

function fileOf(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('a file', () => {
  it.each([
    ['entra-download-users.csv', 2],
    ['entra-bulk-template.csv', 2],
    ['powershell-type-line.csv', 2],
    ['excel-semicolon.csv', 2],
    ['excel-unicode-text.txt', 2],
    ['windows-1252.csv', 2],
    ['pasted-addresses.csv', 3],
    ['apostrophes.csv', 2],
  ])('(%s) has the same users by --csv, as an argument and on standard input', async (name, users) => {
    const file = fileURLToPath(new URL(`../fixtures/files/${name}`, import.meta.url));
    const expected = { references: users, counts: { failed: users } }; // the directory does not have them
    expect(json(await run(['enable', '--csv', file, '--dry-run', '--json']))).toMatchObject(expected);
    expect(json(await run(['enable', file, '--dry-run', '--json']))).toMatchObject(expected);
    expect(json(await run(['enable', '-', '--dry-run', '--json'], readFileSync(file)))).toMatchObject(expected);
  });

  it('can be a workbook', async () => {
    const people = parts.people.take(2);
    const cells = ['user', ...people.map(({ name }) => name)].map(
      (cell) => `<c t="inlineStr"><is><t>${cell}</t></is></c>`,
    );
    const ran = await run(['enable', fileOf('users.xlsx', workbookOf({ Notes: [], Users: cells })), '--json']);
    expect(json(ran)).toMatchObject({ counts: { applied: 2 } });
  });

  it('with a wrong line and a reference that was cleaned changes the others, and says which and where', async () => {
    const [one, two] = parts.people.take(2);
    const ran = await run(['enable', '--csv', fileOf('bad.csv', `user\n<${one?.name}>\nnot a user\n${two?.name}\n`)]);
    expect(ran.code).toBe(2);
    expect(ran.out).toContain('2 applied');
    for (const hint of ['not a user', 'invalidReference', 'Line 3', '1 reference was cleaned'])
      expect(ran.out).toContain(hint);
    const listed = await mfa(['operation', 'list', '--limit', '1'], { env: { MFA_URL: app.url } });
    expect(listed.out.replace(/\s+/g, ' ')).toContain('a test / of two lines');
  });

  it('that is none is refused before a request, with what was found', async () => {
    const operations = await app.get<{ value: unknown[] }>('operations');
    const ran = await run(['enable', '--csv', fileOf('mail.csv', 'mail;name\na@b.c;A\n')]);
    expect(ran).toMatchObject({ code: 1, out: '' });
    for (const hint of ['"mail", "name"', 'looked for: user,', '--column NAME', 'InvalidCsv'])
      expect(ran.err).toContain(hint);
    const most = await run(['enable', '-', '--json'], 'user\n1\n2\na@b.c\n');
    expect(JSON.parse(most.err)).toMatchObject({
      error: { code: 'InvalidCsv', faults: [/line 2/, /line 3/].map((line) => expect.stringMatching(line)) },
    });
    expect((await app.get<{ value: unknown[] }>('operations')).body).toEqual(operations.body);
  });

  it('does not stand beside users or other files', async () => {
    const file = fileOf('one.csv', 'user\na@b.c\n');
    for (const names of [
      [file, 'a@b.c'],
      [file, file],
      ['-', 'a@b.c'],
    ])
      expect(await run(['enable', ...names])).toMatchObject({ code: 1, err: expect.stringContaining('UsersMissing') });
  });
});

describe('a file with a state for each user', () => {
  it('sets each to its own with mfa set', async () => {
    const [one, two] = parts.people.take(2, { state: 'disabled', registered: true });
    const three = parts.people.one({ state: 'enforced' });
    const content = `Username, MFA Status\r\n${one?.name}, Enabled\r\n${two?.name}, Enforced\r\n${three.name}, Disabled\r\n`;
    const ran = await run(['set', fileOf('states.csv', content)]);
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining('3 users to be disabled or enabled or enforced: 3 applied'),
    });
    expect([one, two, three].map((person) => person && stateOf(person))).toEqual([1, 2, 0]);
  });

  it('uses the state of the command, and says that the column was not used', async () => {
    const person = parts.people.one({ state: 'disabled', registered: true });
    const ran = await run(['enforce', '-'], `user,MFA Status\n${person.name},Enabled\n`);
    expect(ran.out).toContain('The column "MFA Status" was not used');
    expect(stateOf(person)).toBe(2);
  });

  it('asks before it disables many, and counts only them', async () => {
    const others = parts.people.take(20, { state: 'disabled' }).map(({ name }) => `${name},enabled`);
    const disabled = parts.people.take(11, { state: 'enabled' }).map(({ name }) => `${name},disabled`);
    const few = await run(['set', '-', '--json'], ['user,state', ...others, ...disabled.slice(0, 10)].join('\n'));
    expect(json(few)).toMatchObject({ counts: { applied: 30 } });
    const more = parts.people.take(11, { state: 'enabled' }).map(({ name }) => `${name},disabled`);
    const many = await run(['set', '-'], ['user,state', ...others, ...disabled, ...more].join('\n'));
    expect(many).toMatchObject({ code: 1, err: expect.stringContaining('12 of 42 users change to disabled') });
    expect(many.err).toContain('--yes');
  });

  it.each([
    ['no file', ['set'], '', 'UsersMissing'],
    ['a user instead of a file', ['set', 'a@b.c'], '', 'FileMissing'],
    ['a file without states', ['set', '-'], 'user\na@b.c\n', 'StatesMissing'],
  ])('is needed, and %s is an error', async (_, args, input, code) => {
    expect(await run(args, input)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(code) });
  });
});

it('a user with an apostrophe is shown and changed', async () => {
  const { index, id } = parts.people.one({ state: 'disabled' });
  parts.graph.directory.rename(index, "siobhan.o'brien@contoso.com");
  for (const name of ["siobhan.o'brien@contoso.com", 'siobhan.o\u2019brien@contoso.com']) {
    const shown = await mfa(['user', 'show', name, '--json'], { env: { MFA_URL: app.url } });
    expect(JSON.parse(shown.out)).toMatchObject({ id, state: 'disabled' });
  }
  expect(json(await run(['enable', 'siobhan.o\u2019brien@contoso.com', '--json']))).toMatchObject({
    counts: { applied: 1 },
  });
});
