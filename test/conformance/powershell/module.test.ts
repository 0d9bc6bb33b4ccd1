import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startChild } from '../../../local/child.ts';
import { graphControl } from '../../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../../local/graph/issuer/accessToken.ts';
import { builtScript, projectFolder } from '../../../local/projectFolder.ts';
import { startStack } from '../../../local/stack.ts';
import { startFaultyApi } from '../../support/faultyApi.ts';
import { powershellProgram } from '../tools.ts';
import { startEntraSignIn } from './entraSignIn.ts';
import { expectPassed } from './expectPassed.ts';
import { runPester } from './runPester.ts';

const folder = mkdtempSync(join(tmpdir(), 'module-'));
/** Sweeps begin only when a test says so: this is once a year. */
const stack = await startStack({ users: 8_000, settings: { REGISTRATION_SWEEP_SCHEDULE: '0 0 0 1 1 *' } });
const graph = graphControl(stack.graphUrl);
const token = await graph.token({ roles: ['MfaState.Strengthen', 'MfaState.Read'] });
const [faulty, signIn, entra] = await Promise.all([
  startFaultyApi(stack.hostUrl),
  startEntraSignIn(token),
  /** The same app, where callers need a token. */
  startChild({
    script: builtScript('functions-host'),
    args: ['--app', projectFolder(), '--port', '0'],
    env: { ...stack.settings, API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: stack.graphUrl },
  }),
]);
afterAll(async () => {
  await Promise.all([faulty.close(), signIn.close(), entra.stop()]);
  await stack.close();
  rmSync(folder, { recursive: true });
});

const users = (await graph.users())
  .filter(({ state, registered, userType }) => state === 'disabled' && !registered && userType === 'Member')
  .map(({ id, upn }) => ({ id, userPrincipalName: upn }))
  .filter(({ userPrincipalName }) => !/^(?:Sync_|alice@)/.test(userPrincipalName)); // pages change Alice
writeFileSync(join(folder, 'users.json'), JSON.stringify(users));
const smallest = (await graph.groups()).filter((group) => group.users > 0).sort((a, b) => a.users - b.users)[0];

const files = ['ModuleConnection', 'ModuleChange', 'ModuleRead', 'ModulePages'];
expectPassed(
  await runPester(
    files.map((name) => `${name}.Tests.ps1`),
    {
      TEST_PWSH: powershellProgram,
      TEST_HOST: stack.hostUrl,
      TEST_API: stack.apiUrl,
      TEST_GRAPH: stack.graphUrl,
      TEST_ENTRA: `${String(entra.ready.url)}/api`,
      TEST_FAULTY: faulty.url,
      TEST_SIGN_IN: signIn.url,
      TEST_CLOSED: `http://127.0.0.1:${await closedPort()}/api`,
      TEST_TOKEN: token,
      TEST_REQUESTER_TOKEN: await graph.token({
        oid: '2b9a6c1e-7d34-4f08-9c52-6e1f3a7b8d40',
        upn: 'alice@contoso.com',
        roles: ['MfaState.Read', 'MfaState.Weaken'],
      }),
      TEST_APPROVER_TOKEN: await graph.token({
        oid: '8e4f0d72-1c5b-4a96-b3d7-90a2c6e5f118',
        upn: 'bob@contoso.com',
        roles: ['MfaState.Read', 'MfaState.Approve'],
      }),
      TEST_WEAK_TOKEN: await graph.token({ roles: ['MfaState.Read'] }),
      TEST_USERS: join(folder, 'users.json'),
      TEST_GROUP: smallest?.id ?? '',
    },
  ),
  110,
);

/** A port without a server. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
