import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { type HttpAction, runHttpAction } from './workflow.ts';

let parts: Parts;
let app: App;
const examples = fileURLToPath(new URL('../../docs/examples/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'examples-'));

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
  rmSync(folder, { recursive: true });
});

async function run(command: string, args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(command, args, { env: { ...process.env, MFA_URL: app.url }, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, out, err };
}

const stateOf = (index: number): number | undefined => parts.graph.directory.columns.states[index];

describe.skipIf(process.platform === 'win32')('the example for bash and curl', () => {
  const script = join(examples, 'change.sh');

  it('changes the users of a file, and ends with 0', async () => {
    const people = parts.people.take(2);
    writeFileSync(join(folder, 'users.csv'), `user\n${people.map(({ name }) => name).join('\n')}\n`);
    const ran = await run('bash', [script, 'enabled', join(folder, 'users.csv'), 'Wave 2: grün & gut']);
    expect(ran.code, ran.err).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({ status: 'Succeeded', reason: 'Wave 2: grün & gut' });
    expect(people.map(({ index }) => stateOf(index))).toEqual([1, 1]);
  });

  it('ends with 2 and tells who failed, and with 1 when the service says no', async () => {
    writeFileSync(join(folder, 'nobody.csv'), 'user\nnobody@contoso.com\n');
    const failed = await run('bash', [script, 'enabled', join(folder, 'nobody.csv'), 'Wave 3']);
    expect(failed).toMatchObject({ code: 2, err: expect.stringContaining('nobody@contoso.com') });
    const refused = await run('bash', [script, 'on', join(folder, 'nobody.csv'), 'Wave 3']);
    expect(refused.code).toBe(1);
  });
});

it('the example for Node.js changes users, and tells who failed', async () => {
  const person = parts.people.one();
  const ran = await run(process.execPath, [
    join(examples, 'change.mjs'),
    'enabled',
    'A test',
    person.name,
    'no@contoso.com',
  ]);
  expect(ran).toMatchObject({ code: 2, out: expect.stringContaining('PartiallySucceeded') });
  expect(ran.out).toContain('no@contoso.com failed userNotFound');
  expect(stateOf(person.index)).toBe(1);
});

describe('the workflow definitions', () => {
  it.each([
    ['logic-app.json', 'Enable_per-user_MFA', { counts: { applied: 1 } }],
    ['power-automate.json', 'Enforce_per-user_MFA', { counts: { applied: 1 } }],
  ])('%s gets the finished operation from its HTTP action', async (file, name, expected) => {
    const { definition } = JSON.parse(readFileSync(join(examples, file), 'utf8'));
    const action = definition.actions[name] as HttpAction;
    const person = parts.people.one({ state: 'disabled', registered: true });
    const result = await runHttpAction(action, {
      parameters: { mfaUrl: app.url },
      triggerBody: { userPrincipalName: person.name, ticket: '4711' },
    });
    expect(result).toMatchObject({ status: 200, body: { status: 'Succeeded', ...expected } });
    expect(result.polls).toBeGreaterThan(0);
  });

  it('names of actions that others refer to exist', () => {
    for (const file of ['logic-app.json', 'power-automate.json']) {
      const content = readFileSync(join(examples, file), 'utf8');
      for (const [, name] of content.matchAll(/body\('([^']+)'\)/g)) expect(content).toContain(`"${name}": {`);
      for (const [, name] of content.matchAll(/parameters\('([^']+)'\)/g))
        expect(JSON.parse(content).definition.parameters).toHaveProperty(name as string);
    }
  });
});
