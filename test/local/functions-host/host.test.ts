import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { waitUntil } from '../../support/waitUntil.ts';
import { cacheDirectory, startStandaloneHost, startTestHost, type TestHost } from './testHost.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0)) await undo();
});

async function host(...args: Parameters<typeof startTestHost>): Promise<TestHost> {
  const started = await startTestHost(...args);
  cleanUp.push(() => started.child.stop());
  return started;
}

/** An app made of one file, in a folder from which it finds `@azure/functions`. */
async function writeApp(source: string, files: Record<string, string> = {}): Promise<string> {
  await mkdir(cacheDirectory, { recursive: true });
  const directory = await mkdtemp(join(cacheDirectory, 'app-'));
  cleanUp.push(() => rm(directory, { recursive: true, force: true }));
  const all = { 'package.json': '{ "main": "index.cjs" }', 'index.cjs': source, ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(directory, name), text);
  return directory;
}

const functions = `const { app } = require('@azure/functions');\n`;

test('an ESM app is loaded by its glob, file after file, with local settings below the environment', async () => {
  const { json } = await host('http-esm', { env: { FROM_BOTH: 'environment' } });
  expect(await json('/loaded')).toEqual(['first', 'second']);
  expect(await json('/settings')).toEqual({ file: 'file', both: 'environment' });
});

test('hooks run around invocations, and may replace the handler, the result and the log', async () => {
  const app = await host('hooks');
  expect(await (await fetch(`${app.url}/api/replaced`)).text()).toBe('original, replaced');
  expect((await fetch(`${app.url}/api/forgiven`)).status).toBe(418);
  const id = await (await fetch(`${app.url}/api/logs`)).text();
  expect(await app.json('/api/events')).toEqual([
    'appStart',
    ...['pre replaced', 'post replaced pre'],
    ...['pre forgiven', 'post forgiven pre'],
    ...['pre logs', 'post logs pre'],
    ...['pre events', 'post events pre'],
  ]);
  await app.line(new RegExp(`information logs ${id} \\| hooked shown \\{ a: 1 \\}$`));
  await app.line(/warning +logs \S+ \| hooked two \| lines$/);
  expect(app.lines.join('\n')).not.toContain('hidden');
  expect(await app.child.stop()).toBe(0);
  await app.line(/terminated yes/);
});

test('quiet leaves the errors', async () => {
  const app = await host('http-cjs', { args: ['--quiet'] });
  await fetch(`${app.url}/api/byName`);
  await fetch(`${app.url}/api/throws`);
  await app.line(/ error +throws/);
  expect(app.lines.filter((line) => / (information|warning) /.test(line))).toEqual([]);
});

const alive = `app.http('alive', { methods: ['GET'], handler: async () => ({ body: 'alive' }) });\n`;
const NOT_RUNNING = { status: 503, body: 'Function host is not running.' };

describe('a host that cannot serve the app', () => {
  const cases: readonly [string, string, Record<string, string>, { status: number; body: string }, RegExp][] = [
    [
      'there is no main',
      '',
      { 'package.json': '{}' },
      { status: 404, body: '' },
      /package\.json has no "main".*Name the/,
    ],
    [
      'nothing matches main',
      '',
      { 'package.json': '{ "main": "dist/*.js" }' },
      { status: 404, body: '' },
      /No file matches "main".*dist\/\*\.js/,
    ],
    [
      'the app throws',
      `${functions}${alive}throw new Error("no luck")`,
      {},
      { status: 404, body: '' },
      /could not be loaded.*index\.cjs failed.*no luck/,
    ],
    [
      'a start hook fails',
      `${functions}${alive}app.hook.appStart(async () => { throw new Error('no luck'); });`,
      {},
      { status: 404, body: '' },
      /appStart hook of the app failed.*no luck/,
    ],
    [
      'host.json has a bad value',
      `${functions}${alive}`,
      { 'host.json': '{"version":"2.0","functionTimeout":"soon"}' },
      NOT_RUNNING,
      /'functionTimeout' of .*host\.json: "soon" is not a time span.*hh:mm:ss/,
    ],
    [
      'host.json is of an old version',
      `${functions}${alive}`,
      { 'host.json': '{"version":"1.0"}' },
      NOT_RUNNING,
      /"version" of .*host\.json is 1\.0; it must be "2\.0"/,
    ],
    [
      'a route is wrong',
      `${functions}${alive}app.http('odd', { route: '{id:odd}', handler: () => {} });`,
      {},
      NOT_RUNNING,
      /Function 'odd': There is no route constraint "odd".*Correct the route/,
    ],
    [
      'a route has two slashes',
      `${functions}${alive}app.http('odd', { route: '/odd', handler: () => {} });`,
      {},
      NOT_RUNNING,
      /Function 'odd': its route "api\/\/odd".*two slashes in a row/,
    ],
    [
      'two names differ in case only',
      `${functions}${alive}app.http('ALIVE', { route: 'other', handler: () => {} });`,
      {},
      NOT_RUNNING,
      /'alive' and 'ALIVE' have names that differ in case only/,
    ],
    [
      'Service Bus is used with an option that cannot be',
      `${functions}${alive}app.serviceBusQueue('work', { queueName: 'q', connection: 'Bus', handler: () => {} });`,
      { 'host.json': '{"version":"2.0","extensions":{"serviceBus":{"maxConcurrentCalls":0}}}' },
      NOT_RUNNING,
      /'extensions\.serviceBus\.maxConcurrentCalls' of .*host\.json: "0" must be above zero/,
    ],
  ];

  test.each(cases)('stays up and says why, as the real one: %s', async (_, source, files, answer, message) => {
    const directory = await writeApp(source, files);
    const app = await startStandaloneHost(directory);
    cleanUp.push(() => app.stop());
    expect(app.ready.problems).toEqual([expect.stringMatching(new RegExp(message.source, 's'))]);
    const response = await fetch(`${app.ready.url}/api/alive`);
    expect({ status: response.status, body: await response.text() }).toEqual(answer);
    expect(app.log()).toMatch(message);
  });

  const oneOfEach = [404, 503].flatMap((status) =>
    cases.filter(([, , , answer]) => answer.status === status).slice(0, 1),
  );
  test.each(oneOfEach)('ends where a program started it as a part: %s', async (_, source, files, _answer, message) => {
    const directory = await writeApp(source, files);
    await expect(host('made', { directory })).rejects.toThrow(new RegExp(message.source, 's'));
  });
});

test.each<[string, string, RegExp]>([
  [
    'a setting is missing',
    `app.timer('tick', { schedule: '%NO_SUCH%', handler: () => {} });`,
    /Function 'tick': 'schedule' is "%NO_SUCH%", but there is no setting NO_SUCH/,
  ],
  [
    'a setting is empty',
    `app.timer('tick', { schedule: '%EMPTY%', handler: () => {} });`,
    /Function 'tick': 'schedule' is "%EMPTY%", but there is no setting EMPTY, or it is empty/,
  ],
  [
    'a connection is missing',
    `app.serviceBusQueue('work', { queueName: 'q', connection: 'Bus', handler: () => {} });`,
    /Function 'work': There is no Service Bus connection "Bus"/,
  ],
  [
    'a schedule is wrong',
    `app.timer('tick', { schedule: '* * * *', handler: () => {} });`,
    /Function 'tick': .*4 fields/,
  ],
  ['a name is wrong', `app.http('1st', { handler: () => {} });`, /Function '1st': this is no name for a function/],
  [
    'a level of access is unknown',
    `app.http('odd', { authLevel: 'everyone', handler: () => {} });`,
    /Function 'odd': .*authLevel must be anonymous, function or admin/,
  ],
  [
    'a route is the host’s own',
    `app.http('odd', { route: 'administration/x', handler: () => {} });`,
    /Function 'odd': its route "administration\/x" begins with "admin"/,
  ],
  [
    'a route is taken',
    `app.http('second', { route: '/Alive/', methods: ['GET'], handler: () => {} });`,
    /Function 'second': its route "\/Alive\/" belongs to function 'alive' already/,
  ],
  [
    'messages are wanted in batches',
    `app.serviceBusQueue('many', { queueName: 'q', connection: 'B', cardinality: 'many', handler: () => {} });`,
    /Function 'many': .*cardinality 'one'/,
  ],
  [
    'a binding is unknown',
    `app.storageQueue('other', { queueName: 'q', connection: 'B', handler: () => {} });`,
    /Function 'other': this host cannot serve the queueTrigger/,
  ],
])('one function is left out, and the log says why, when %s', async (_, source, message) => {
  const app = await host('made', { directory: await writeApp(`${functions}${alive}${source}`), env: { EMPTY: '' } });
  await app.line(message);
  expect(await (await fetch(`${app.url}/api/alive`)).text()).toBe('alive');
});

test('settings with empty values are not there for the app', async () => {
  const source = `${functions}app.http('env', { handler: async () => ({ jsonBody: {
    EMPTY: process.env.EMPTY ?? null, FILE_EMPTY: process.env.FILE_EMPTY ?? null, BOTH: process.env.BOTH ?? null } }) });`;
  const directory = await writeApp(source, {
    'local.settings.json': '{ "Values": { "FILE_EMPTY": "", "BOTH": "file" } }',
  });
  const app = await host('made', { directory, env: { EMPTY: '', BOTH: '' } });
  expect(await app.json('/api/env')).toEqual({ EMPTY: null, FILE_EMPTY: null, BOTH: 'file' });
});

test('a failure that stands for others, or has a cause, is logged with them', async () => {
  const source = `${functions}app.http('fails', { handler: () => {
    throw new AggregateError([new Error('one'), new Error('two', { cause: new Error('three') })]);
  } });`;
  const app = await host('made', { directory: await writeApp(source) });
  await fetch(`${app.url}/api/fails`);
  await app.line(/AggregateError \[Error: one \| Error: two; because Error: three\]/);
});

test.each([
  ['leaves a rejection unhandled', `Promise.reject(new Error('leaked')); await never;`, /unhandled.*Error: leaked/],
  ['throws an uncaught error', `setTimeout(() => { throw new Error('thrown'); }); await never;`, /Error: thrown/],
  ['exits', `process.exit(3);`, /ended its worker, with code 3/],
])('an app that %s loses its running work, and continues in another worker', async (_, harm, message) => {
  const source = `${functions}const never = new Promise((resolve) => setTimeout(resolve, 60_000));
    const loadedAt = Math.random();
    app.http('harm', { handler: async () => { ${harm} } });
    app.http('slow', { handler: async () => { await never; } });
    app.http('loaded', { handler: async () => ({ body: String(loadedAt) }) });`;
  const app = await host('made', { directory: await writeApp(source) });
  const loaded = async () => (await fetch(`${app.url}/api/loaded`)).text();
  const before = await loaded();
  const slow = fetch(`${app.url}/api/slow`);
  expect((await fetch(`${app.url}/api/harm`)).status).toBe(500);
  expect((await slow).status).toBe(500);
  await app.line(message);
  expect(await loaded()).not.toBe(before);
});

test('a change of host.json restarts the app', async () => {
  const directory = await writeApp(`${functions}${alive}`);
  // A restart of the app ends its running work.
  const app = await host('made', { directory, env: { AzureFunctionsJobHost__functionTimeout: '00:00:02' } });
  expect((await fetch(`${app.url}/api/alive`)).status).toBe(200);
  await writeFile(
    join(directory, 'host.json'),
    '{ "version": "2.0", "extensions": { "http": { "routePrefix": "v2" } } }',
  );
  await waitUntil(async () => (await fetch(`${app.url}/v2/alive`)).status === 200);
  expect((await fetch(`${app.url}/api/alive`)).status).toBe(404);
  await writeFile(join(directory, 'host.json'), '{');
  await waitUntil(async () => (await fetch(`${app.url}/v2/alive`)).status === 503);
  await app.line(/critical +The app did not start again.*host.json is not JSON/);
  await writeFile(join(directory, 'host.json'), '{ "version": "2.0" }');
  await waitUntil(async () => (await fetch(`${app.url}/api/alive`)).status === 200);
});

test('a function that never lets go of its thread keeps the host from nothing', async () => {
  const source = `${functions}${alive}app.http('busy', { handler: () => { for (;;); } });`;
  const app = await host('made', {
    directory: await writeApp(source, { 'host.json': '{ "version": "2.0", "functionTimeout": "00:00:01" }' }),
  });
  expect((await fetch(`${app.url}/api/busy`)).status).toBe(500);
  expect((await fetch(`${app.url}/admin/host/status`)).status).toBe(200);
});

test('an app whose appTerminate hook does not end is ended after the 5 seconds of the real host', async () => {
  const source = `${functions}${alive}app.hook.appTerminate(() => new Promise((resolve) => setTimeout(resolve, 60_000)));`;
  const app = await host('made', { directory: await writeApp(source) });
  expect(await app.child.stop()).toBe(0);
  await app.line(/appTerminate hooks of the app failed.*longer than 5 s/);
});

describe('when it is stopped', () => {
  test('running requests are finished and new ones are not taken', async () => {
    const app = await host('http-cjs');
    const slow = fetch(`${app.url}/api/slow?ms=700`);
    await app.line(/started to be slow/);
    const stopped = app.child.stop();
    expect(await (await slow).text()).toBe('done');
    expect(await stopped).toBe(0);
    await expect(fetch(`${app.url}/api/byName`)).rejects.toThrow();
  });

  test('requests that outlast the drain limit are cut', async () => {
    const env = { AzureFunctionsJobHost__functionTimeout: '00:01:00' };
    const app = await host('http-cjs', { args: ['--drain', '0.1'], env });
    const slow = fetch(`${app.url}/api/slow?ms=30000`).then(
      () => 'answered',
      () => 'cut',
    );
    await app.line(/started to be slow/);
    expect(await app.child.stop()).toBe(0);
    expect(await slow).toBe('cut');
    await app.line(/still running after 0\.1 s/);
  });
});
