import { afterAll, beforeAll, expect, it } from 'vitest';
import { nextCommands } from '../../local/demo/nextSteps.ts';
import { type App, startApp } from '../support/app.ts';
import { type Parts, startParts } from '../support/parts.ts';
import { mfa } from './mfa.ts';

let parts: Parts;
let app: App;

beforeAll(async () => {
  parts = await startParts({ users: 200 });
  app = await startApp(parts);
});
afterAll(async () => {
  await app.child.stop();
  await parts.close();
});

it('the commands that the demo ends with work as they are printed', async () => {
  const items = parts.people.take(2).map(({ id, name }) => {
    return { reference: name, userId: id, outcome: 'applied', detail: null };
  });
  const commands = nextCommands(items);
  expect(commands).toHaveLength(6);
  for (const command of commands) {
    const [program, folder, ...args] = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
    expect([program, folder]).toEqual(['npx', '.']);
    const ran = await mfa(args, { env: { MFA_URL: app.url } });
    // 2: the dry run says that a user who has not registered would be refused.
    expect(ran.code, `${command}\n${ran.err}`).toBeOneOf(args.includes('--dry-run') ? [0, 2] : [0]);
    expect(ran.out).not.toBe('');
  }
});
