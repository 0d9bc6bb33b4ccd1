import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { widthOf } from '../../cli/wrap.ts';
import { graphControl } from '../../local/graph/control.ts';
import type { OperationBody } from '../support/api.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { waitUntil } from '../support/waitUntil.ts';
import { mfa } from './mfa.ts';
import { onTerminal, type Shown, withoutSequences } from './onTerminal.ts';

let parts: Parts;
let app: App;
/** An operation with every kind of trouble. */
let mixed: OperationBody;

beforeAll(async () => {
  parts = await startParts({ users: 1_000 });
  app = await startApp(parts);
  const names = parts.people.take(4).map(({ name }) => name);
  const longest = parts.people.take(10, { guest: true }).reduce((a, b) => (a.name.length > b.name.length ? a : b));
  const unregistered = parts.people.take(12, { state: 'disabled', registered: false }).map(({ name }) => name);
  mixed = await app.over(
    await app.request({
      state: 'enforced',
      users: [...names, longest.name, ...unregistered, 'nobody@contoso.com'],
      reason: `Wave 7: ${'a long reason that needs more than a line, '.repeat(4)}テスト 山田`,
    }),
  );
  const host = app.url.replace(/\/api$/, '');
  const started = await fetch(`${host}/admin/functions/sweepRegistrations`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(started.status).toBe(202);
  await waitUntil(async () => {
    const { body } = await app.get<{ sweepStartedDateTime: string | null }>('users/summary');
    return body.sweepStartedDateTime !== null;
  }, 'the sweep is completed');
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

const at = (columns: number) => ({ env: { MFA_URL: app.url }, columns });

/** What must be so of all that a terminal is sent. */
function expectTidy({ raw, lines }: Shown, columns: number): void {
  expect(withoutSequences(raw), 'a broken escape sequence').not.toMatch(/\p{Cc}\[|\[[0-9;]*m|^\d+m/mu);
  for (const line of raw.split(/\r?\n/)) {
    const tones = line.match(/\p{Cc}\[[0-9;]*m/gu) ?? [];
    expect(tones.length % 2, `a colour that continues after its line: ${JSON.stringify(line)}`).toBe(0);
  }
  for (const line of lines) expect(widthOf(line), line).toBeLessThanOrEqual(columns);
}

// The pseudo-terminal is made by a program of Linux.
describe.skipIf(process.platform !== 'linux')('on a terminal', () => {
  describe.concurrent.each([60, 80, 120, 200])('of %s columns', (columns) => {
    it.each([
      ['operation', 'list'],
      ['operation', 'show', 'MIXED'],
      ['operation', 'items', 'MIXED'],
      ['user', 'list', '--limit', '30'],
      ['user', 'summary'],
      ['user', 'show', 'ALICE'],
      ['audit'],
      ['sweep', 'list'],
      ['policy'],
      ['operation', 'show', 'NOTHING'],
    ])('%s %s shows whole lines, words and colours', async (...words) => {
      const replaced: Record<string, string> = {
        MIXED: mixed.id,
        NOTHING: randomUUID(),
        ALICE: parts.people.one().name,
      };
      const args = words.map((word) => replaced[word] ?? word);
      const shown = await onTerminal(args, at(columns));
      expect(shown.code).toBe(words.includes('NOTHING') ? 1 : 0);
      expectTidy(shown, columns);
    });
  });

  it('outcomes and statuses have their colours, and names stay whole', async () => {
    const items = await onTerminal(['operation', 'items', mixed.id], at(60));
    expect(items.raw).toContain('\u001B[31mfailed\u001B[39m');
    expect(items.raw).toContain('\u001B[33mrefused\u001B[39m');
    expect(items.lines.join('\n')).toContain('nobody@contoso.com');
    const list = await onTerminal(['operation', 'list'], at(80));
    expect(list.raw).toMatch(/\[3[13]m(Failed|PartiallySucceeded)\p{Cc}\[39m/u);
    expect(list.lines.join('\n')).toContain(mixed.id);
    const plain = await onTerminal(['operation', 'list'], { ...at(80), env: { MFA_URL: app.url, NO_COLOR: '1' } });
    expect(plain.raw).not.toContain('\u001B[3');
  });

  it('the bar fits, and leaves nothing behind', async () => {
    const names = parts.people.take(60, {}).map(({ name }) => name);
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 300 });
    const shown = await onTerminal(['enable', ...names, '--reason', 'A test', '--dry-run'], at(60));
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 0 });
    expect(shown.raw).toMatch(/░ \d+ of 60/);
    expectTidy(shown, 60);
    expect(shown.raw).not.toContain('\u001B[?');
  });

  it('Ctrl-C names the operation that continues, and leaves the terminal unchanged', async () => {
    const names = parts.people.take(60, {}).map(({ name }) => name);
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 1_000 });
    const id = randomUUID();
    const shown = await onTerminal(['enable', ...names, '--reason', 'A test', '--operation-id', id, '--url', app.url], {
      ...at(80),
      typed: [{ after: /░ \d+ of 60/, keys: '\u0003' }],
    });
    await graphControl(parts.graph.url).changeSettings({ latencyMs: 0 });
    expect(shown.code).toBe(130);
    const told = shown.lines.join('\n');
    expect(told).toContain(`mfa operation watch ${id} --url ${app.url}`);
    expect(told).toContain(`mfa operation cancel ${id} --url ${app.url}`);
    // The cursor and line wrap are switched with private modes.
    expect(shown.raw).not.toContain('\u001B[?');
    expectTidy(shown, 120);
    const watched = await mfa(['operation', 'watch', id, '--json'], { env: { MFA_URL: app.url } });
    expect(JSON.parse(watched.out)).toMatchObject({ id, counts: { canceled: 0, pending: 0 } });
  });

  it.each([
    ['y', 0, 'applied'],
    ['n', 1, 'Nothing was changed.'],
    ['\u0003', 130, 'Interrupted. Nothing was changed.'],
    ['\u0004', 1, 'Nothing was changed.'],
  ])('an answer of %j to a question ends with %s', async (answer, code, told) => {
    const names = parts.people.take(11, { state: 'enabled' }).map(({ name }) => name);
    const keys = /\w/.test(answer) ? `${answer}\r` : answer;
    const shown = await onTerminal(['disable', ...names, '--reason', 'A test'], {
      ...at(80),
      typed: [{ after: /Continue\? \[y\/N\] /, keys }],
    });
    expect(shown.code, shown.raw).toBe(code);
    expect(shown.lines.join('\n')).toContain(told);
    expect(shown.raw).not.toMatch(/\n {4}at /);
    expectTidy(shown, 200);
  });

  it('reading on may end at any time', async () => {
    const shown = await onTerminal(['user', 'list', '--all', '--json'], { ...at(80), shell: '| head -c 10; echo' });
    expect(shown).toMatchObject({ code: 0, lines: [expect.stringMatching(/^\[\{"id":/), ''] });
  });
});
