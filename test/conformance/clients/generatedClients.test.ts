import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { graphControl } from '../../../local/graph/control.ts';
import { projectFolder } from '../../../local/projectFolder.ts';
import { startStack } from '../../../local/stack.ts';
import { compileClient } from '../../support/compileClient.ts';
import { waitUntil } from '../../support/waitUntil.ts';
import { generators } from './generators.ts';

/** What the program of a generator can do. */
interface Program {
  change(baseUrl: string, user: string): Promise<{ id: string; status: string; outcome: string | undefined }>;
  events(baseUrl: string, operation: string): Promise<string[] | undefined>;
  changeByFile?(baseUrl: string, file: string): Promise<number | undefined>;
}

const folder = mkdtempSync(join(tmpdir(), 'clients-'));
const stack = await startStack({ users: 200, settings: { REGISTRATION_SWEEP_SCHEDULE: '0 0 0 1 1 *' } });
const people = (await graphControl(stack.graphUrl).users()).filter(
  ({ state, userType, upn }) => state === 'disabled' && userType === 'Member' && !upn.startsWith('Sync_'),
);
afterAll(async () => {
  await stack.close();
  rmSync(folder, { recursive: true });
});

it.each(Object.entries(generators))('the client of %s compiles, and changes users', async (name, generator) => {
  const place = join(folder, name.replaceAll(/\W/g, '-'));
  mkdirSync(place);
  symlinkSync(join(projectFolder(), 'test', 'conformance', 'node_modules'), join(place, 'node_modules'), 'junction');
  generator.generate(place, stack.apiUrl);
  const { change, events, changeByFile } = await compileClient<Program>(place, generator.program);

  const [one, ...others] = people.splice(0, 3).map(({ upn }) => upn);
  const changed = await change(stack.apiUrl, one ?? '');
  expect(changed).toMatchObject({ status: 'Succeeded', outcome: 'applied' });
  await waitUntil(
    async () => (await events(stack.apiUrl, changed.id))?.join() === 'stateChanged,operationAccepted',
    'the change is in the audit record',
  );
  if (changeByFile !== undefined)
    expect(await changeByFile(stack.apiUrl, `user\n${others.join('\n')}\n`)).toBe(others.length);
});
