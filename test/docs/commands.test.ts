import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../local/graph/control.ts';
import { noConfig } from '../cli/mfa.ts';
import { type StartedService, startService } from '../local/start/startedService.ts';
import { isAsPromised, plain } from '../support/expectedOutput.ts';
import { type PageCommand, pageBlocks, pageCommands } from '../support/pageCommands.ts';
import { runPageCommand, type Shown } from '../support/runPageCommand.ts';
import { waitUntil } from '../support/waitUntil.ts';

/** The id by which the pages call the operation that was requested last. Readers replace it with their own. */
const OPERATION = '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63';
/** The same for the last undo. */
const UNDO = '7be1d4a0-52c9-4f3e-8d16-0a9c3e5b2f48';
/** The end of exceptions in the pages. Readers name a time within a year. */
const UNTIL = '2030-01-31T18:00:00Z';
const TWO_DAYS_MS = 2 * 24 * 60 * 60_000;

/** Readers begin this section with a fresh start of the service, as persons with tokens. */
const WITH_PERSONS = 'When something went wrong';
/** The persons of that section. Bob enters the commands that need his roles. */
const ALICE = ['MfaState.Read', 'MfaState.Strengthen', 'MfaState.Weaken', 'MfaAudit.Read'];
const BOB = ['MfaState.Read', 'MfaState.Approve', 'MfaState.Halt'];
const BY_BOB = /^mfa (?:halt|policy|resume|operation (?:approve|list|show))\b/;
/** The usual address of the service. Here it has another port, so that tests can run at the same time. */
const ADDRESS = 'http://127.0.0.1:7071';

/** So slow that an operation is under way for longer than a command takes to start on a busy machine. */
const SLOW_MS = 8_000;

/** What is shown and not run, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'git clone ADDRESS-OF-THIS-REPOSITORY per-user-mfa': 'there is no public address',
  'cd per-user-mfa': 'goes with it',
  'npm test': 'runs these tests',
  'MFA_WEBHOOK_SECRET=whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY= PORT=8080 node docs/examples/webhook.mjs':
    'runs until Ctrl-C: test/docs/examples.test.ts runs it',
  'NOTIFY_WEBHOOK=http://127.0.0.1:8080 NOTIFY_WEBHOOK_SECRET=whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY= npm start':
    'runs until Ctrl-C, with the receiver above',
};

const pages = ['README.md', ...readdirSync('docs').flatMap((name) => (name.endsWith('.md') ? join('docs', name) : []))];
const shown = pages.flatMap((page) =>
  readFileSync(page, 'utf8')
    .split(/^(?=## )/m)
    .flatMap((section) => {
      const withPersons = section.startsWith(`## ${WITH_PERSONS}\n`);
      return pageCommands(withPersons ? `${page}: ${WITH_PERSONS}` : page, section);
    }),
);
const parts = [...new Set(shown.filter(({ command }) => !(command in NOT_RUN)).map(({ page }) => page))];

it('there are commands in the pages, and outputs that they promise', () => {
  expect(shown.length).toBeGreaterThan(45);
  expect(shown.filter(({ expected }) => expected !== undefined).length).toBeGreaterThan(8);
});

it('everything that is not run is shown', () => {
  const commands = shown.map(({ command }) => command);
  expect(Object.keys(NOT_RUN).filter((command) => !commands.includes(command))).toEqual([]);
});

it('every output that a page shows is that of a command', () => {
  const apart = pages.flatMap((page) => {
    const text = readFileSync(page, 'utf8');
    const shownAfter = [...pageBlocks(text, 'sh'), ...pageBlocks(text, 'powershell')].filter(({ output }) => output);
    return (text.match(/^```text$/gm) ?? []).length === shownAfter.length ? [] : [page];
  });
  // It has a command that needs a tenant to sign in to.
  expect(apart).toEqual([join('docs', 'administrators.md')]);
});

/** A reader follows each page in its order, from a fresh start of the service. */
describe.each(parts)('%s', (page) => {
  const withPersons = page.endsWith(WITH_PERSONS);
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  let service: StartedService;
  let operation: string | undefined;
  let undo: string | undefined;

  beforeAll(async () => {
    cpSync(join('docs', 'examples'), join(folder, 'docs', 'examples'), { recursive: true });
    service = await startService(...(withPersons ? ['--auth', 'entra'] : []));
  });
  afterAll(async () => {
    service.interrupt();
    await service.ended;
    rmSync(folder, { recursive: true });
  });

  const run = async (command: string): Promise<Shown> =>
    runPageCommand(command.replaceAll(ADDRESS, service.apiUrl.replace(/\/api$/, '')), folder, {
      MFA_URL: service.apiUrl,
      MFA_CONFIG_DIR: noConfig,
      ...(withPersons ? { MFA_ACCESS_TOKEN: await tokenFor(command) } : {}),
    });

  async function tokenFor(command: string): Promise<string> {
    const [name, roles] = BY_BOB.test(command) ? ['bob', BOB] : ['alice', ALICE];
    const graph = graphControl(service.graphUrl);
    const person = (await graph.users()).find(({ upn }) => upn === `${name}@contoso.com`);
    return graph.token({ roles, upn: person?.upn ?? '', oid: person?.id ?? '' });
  }

  /** What a person who reads the page waits for before the command. */
  async function untilReady(command: string): Promise<void> {
    const ready = / operation approve /.test(command)
      ? ['mfa operation show', 'AwaitingApproval']
      : /--event stateChangeSuperseded/.test(command)
        ? ['mfa audit --event stateChangeSuperseded --operation', 'changedSince']
        : undefined;
    if (ready === undefined) return;
    const [look, sign] = ready as [string, string];
    const id = command.includes(UNDO) ? undo : operation;
    await waitUntil(async () => (await run(`${look} ${id}`)).printed.includes(sign), `${sign} is shown`);
  }

  /** Puts in the id of the operation that the page speaks of: one of many users, under way where the page made none. */
  async function withOperation(command: string): Promise<string> {
    if (!command.includes(OPERATION)) return command.replaceAll(UNDO, undo ?? UNDO);
    if (command.includes('--operation-id')) operation = crypto.randomUUID();
    operation ??= await requestSlowly();
    return command.replaceAll(OPERATION, operation);
  }

  async function requestSlowly(): Promise<string> {
    await graphControl(service.graphUrl).changeSettings({ latencyMs: SLOW_MS });
    const ran = await run('mfa enable docs/examples/users.csv --reason "A test" --no-wait');
    const requested = operationIn(ran);
    if (requested === undefined) throw new Error(`No operation was requested: ${ran.printed}`);
    return requested;
  }

  it.each(
    shown.filter((one) => one.page === page && !(one.command in NOT_RUN)).map((one) => [one.command, one] as const),
  )('%s', async (_, { command, expected }: PageCommand) => {
    await untilReady(command);
    const until = new Date(Date.now() + TWO_DAYS_MS).toISOString();
    const ran =
      command === 'npm start'
        ? { code: 0, printed: service.welcome }
        : await run((await withOperation(command)).replaceAll(UNTIL, until));
    await graphControl(service.graphUrl).changeSettings({ latencyMs: 0 });
    if (!command.includes(' undo ')) operation = operationIn(ran) ?? operation;
    else if (!command.includes('--dry-run')) undo = operationIn(ran) ?? undo;
    // 2: the command did what it should, and users were refused.
    expect(ran.code, ran.printed).toBeOneOf(/\brefused\b/.test(ran.printed) ? [0, 2] : [0]);
    expect(ran.printed).not.toMatch(/^error:|^\s+at .*:\d+:\d+/m);
    if (expected !== undefined && !isAsPromised(ran.printed, expected))
      expect(plain(ran.printed), 'the page shows another output').toEqual(plain(expected.join('\n')));
  });
});

/** The operation that a command requested. */
function operationIn({ printed }: Shown): string | undefined {
  return /as operation ([0-9a-f-]{36})/.exec(printed)?.[1];
}
