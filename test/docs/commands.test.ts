import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mfa } from '../cli/mfa.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'docs-'));
/** The id that the pages use for an operation. */
const OPERATION = '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63';

let parts: Parts;
let app: App;
let replacements: [string, string][];

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  app = await startApp(parts);
  const alice = parts.people.one();
  const users = join(folder, 'users.csv');
  writeFileSync(
    users,
    `user\n${parts.people
      .take(12)
      .map(({ name }) => `${name}\n`)
      .join('')}`,
  );
  const operation = await app.over(await app.request({ state: 'enabled', users: ['nobody@contoso.com'] }));
  replacements = [
    ['alice@contoso.com', alice.name],
    ['users.csv', users],
    ['audit.csv', join(folder, 'audit.csv')],
    [OPERATION, operation.id],
  ];
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

/** The commands in the blocks of a page. */
function commandsOf(page: string): string[] {
  return [...page.matchAll(/```sh\n(.*?)```/gs)]
    .flatMap(([, block]) => (block as string).split('\n'))
    .flatMap((line) => /^(?:mfa|npx \.) (.*)$/.exec(line)?.[1] ?? []);
}

const pages = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const shown = pages.flatMap((page) =>
  commandsOf(readFileSync(page, 'utf8')).map((command) => [page, command] as const),
);

it('there are commands in the pages', () => {
  expect(shown.length).toBeGreaterThan(25);
});

describe.concurrent('a command that is shown works', () => {
  it.each(shown)('%s: mfa %s', async (_page, command) => {
    // An operation with a chosen id belongs to one request only, so here each gets a new one.
    const isRequest = /--operation-id/.test(command);
    const text = replacements
      .filter(([from]) => !(isRequest && from === OPERATION))
      .reduce((line, [from, to]) => line.replaceAll(from, to), command);
    const args = (text.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
    const ran = await mfa(args, { env: { MFA_URL: app.url } });
    if (args[1] === 'cancel') {
      // The operation in the pages has finished here, and the command reports that.
      expect(ran, ran.err).toMatchObject({ code: 1, err: expect.stringContaining('OperationFinished') });
      return;
    }
    // 2: what the command did is what it should, and users of these lists were refused or failed.
    expect(ran.code, ran.err).toBeOneOf([0, 2]);
    expect(ran.err).not.toContain('error:');
  });
});

describe('the runbook', () => {
  const runbook = readFileSync(join('docs', 'operations.md'), 'utf8');

  it('explains every code that outcomes and errors can have', () => {
    const codes = new Set<string>();
    for (const file of readdirSync('shared', { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.startsWith('contract')) continue;
      const source = readFileSync(join('shared', file), 'utf8');
      for (const [, code] of source.matchAll(/\bcode: '([A-Za-z]+)'/g)) codes.add(code as string);
      for (const [, code] of source.matchAll(/new \w*Error\(\s*(?:\d{3},\s*)?'([A-Z][A-Za-z]+)',/g))
        codes.add(code as string);
    }
    // The word by which zod knows a check of ours.
    codes.delete('custom');
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter((code) => !runbook.includes(`\`${code}\``))).toEqual([]);
  });

  it('explains every alert', () => {
    const alerts = readdirSync(join('infra', 'alerts')).map((file) => file.replace(/\.\w+$/, ''));
    expect(alerts.filter((alert) => !runbook.includes(`\`${alert}\``))).toEqual([]);
  });
});
