import { createServer } from 'node:http';
import { afterAll } from 'vitest';
import { startChild } from '../../../local/child.ts';
import { graphControl } from '../../../local/graph/control.ts';
import { DEFAULT_AUDIENCE } from '../../../local/graph/issuer/accessToken.ts';
import { builtScript, projectFolder } from '../../../local/projectFolder.ts';
import { startStack } from '../../../local/stack.ts';
import { startFaultyApi } from '../../support/faultyApi.ts';
import { powershellProgram } from '../tools.ts';
import { expectPassed } from './expectPassed.ts';
import { runPester } from './runPester.ts';

const stack = await startStack({ users: 500 });
const graph = graphControl(stack.graphUrl);
const faulty = await startFaultyApi(stack.hostUrl);
/** The same app, where callers need a token. */
const entra = await startChild({
  script: builtScript('functions-host'),
  args: ['--app', projectFolder(), '--port', '0'],
  env: { ...stack.settings, API_AUTH: 'entra', API_AUDIENCE: DEFAULT_AUDIENCE, API_AUTHORITY: stack.graphUrl },
});
afterAll(async () => {
  await Promise.all([faulty.close(), entra.stop()]);
  await stack.close();
});

const users = (await graph.users())
  .filter(({ state, registered, userType }) => state === 'disabled' && !registered && userType === 'Member')
  .map(({ id, upn }) => ({ id, userPrincipalName: upn }))
  .filter(({ userPrincipalName }) => !userPrincipalName.startsWith('Sync_'));

expectPassed(
  await runPester(['Change.Tests.ps1'], {
    TEST_PWSH: powershellProgram,
    TEST_API: stack.apiUrl,
    TEST_ENTRA: `${String(entra.ready.url)}/api`,
    TEST_FAULTY: faulty.url,
    TEST_CLOSED: `http://127.0.0.1:${await closedPort()}/api`,
    TEST_TOKEN: await graph.token({ roles: ['MfaState.Strengthen', 'MfaState.Read'] }),
    TEST_WEAK_TOKEN: await graph.token({ roles: ['MfaState.Read'] }),
    TEST_USERS: JSON.stringify(users),
  }),
  40,
);

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
