import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cacheDirectory, startTestHost, type TestHost } from './testHost.ts';

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

describe('the host does not start, and says why, when', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    ['there is no main', '', { 'package.json': '{}' }, /has no "main"/],
    ['nothing matches main', '', { 'package.json': '{ "main": "dist/*.js" }' }, /No file matches "main".*dist\/\*\.js/],
    ['the app throws', 'throw new Error("no luck")', {}, /could not be loaded.*index\.cjs failed.*no luck/s],
    ['host.json has a bad value', '', { 'host.json': '{"functionTimeout":"soon"}' }, /host\.json.*"soon".*hh:mm:ss/s],
    [
      'a setting is missing',
      `${functions}app.timer('tick', { schedule: '%NO_SUCH%', handler: () => {} });`,
      {},
      /Function 'tick': 'schedule' is "%NO_SUCH%", but there is no setting NO_SUCH/,
    ],
    [
      'a connection is missing',
      `${functions}app.serviceBusQueue('work', { queueName: 'q', connection: 'Bus', handler: () => {} });`,
      {},
      /Function 'work': There is no Service Bus connection "Bus"/,
    ],
    [
      'a schedule is wrong',
      `${functions}app.timer('tick', { schedule: '* * * * *', handler: () => {} });`,
      {},
      /Function 'tick': .*five fields|5 fields/,
    ],
    [
      'a route is wrong',
      `${functions}app.http('odd', { route: '{id:odd}', handler: () => {} });`,
      {},
      /Function 'odd': There is no route constraint "odd"/,
    ],
    [
      'messages are wanted in batches',
      `${functions}app.serviceBusQueue('many', { queueName: 'q', connection: 'B', cardinality: 'many', handler: () => {} });`,
      {},
      /Function 'many': .*cardinality 'one'/,
    ],
    [
      'a binding is unknown',
      `${functions}app.storageQueue('other', { queueName: 'q', connection: 'B', handler: () => {} });`,
      {},
      /Function 'other': this host cannot serve the queueTrigger/,
    ],
  ])('%s', async (_, source, files, message) => {
    const directory = await writeApp(source, files);
    await expect(host('made', { directory })).rejects.toThrow(message);
  });
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
    const app = await host('http-cjs', { args: ['--drain', '0.1'] });
    const slow = fetch(`${app.url}/api/slow?ms=1900`).then(
      () => 'answered',
      () => 'cut',
    );
    await app.line(/started to be slow/);
    expect(await app.child.stop()).toBe(0);
    expect(await slow).toBe('cut');
    await app.line(/still running after 0\.1 s/);
  });
});
