import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChild } from '../../../local/child.ts';
import { graphControl } from '../../../local/graph/control.ts';
import { builtScript } from '../../../local/projectFolder.ts';

const graph = join(import.meta.dirname, '../../../local/graph');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-'));
  const measure = `
    import { startGraphSimulator } from './simulator.ts';
    const before = process.cpuUsage();
    const simulator = await startGraphSimulator({ users: 100_000 });
    const { user, system } = process.cpuUsage(before);
    const ready = { cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 2 ** 20 };
    process.stdout.write(JSON.stringify(ready) + '\\n');
    process.once('message', () => simulator.close().then(() => process.exit(0)));`;
  await build({
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    stdin: { contents: measure, resolveDir: graph },
    outfile: join(folder, 'measure.mjs'),
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('as a process, it says where it is, takes its options, and stops when asked to', async () => {
  const child = await startChild({
    script: builtScript('graph'),
    args: ['--users', '40', '--licence', 'p2', '--throttling', 'sliding', '--writes-limit', '9', '--latency', '1'],
  });
  const { url, port, tenantId } = child.ready as { url: string; port: number; tenantId: string };
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(await graphControl(url).state()).toMatchObject({
    tenantId,
    users: 40,
    settings: {
      licence: 'p2',
      latencyMs: 1,
      throttling: { window: 'sliding', writes: { limit: 9, windowSeconds: 150 } },
    },
  });
  expect(await child.stop()).toBe(0);
});

test('a bad option ends the process with a message that names it', async () => {
  const args = ['--licence', 'gold'];
  await expect(startChild({ script: builtScript('graph'), args })).rejects.toThrow(/licence/);
});

test('100,000 users are there in little time and memory', async () => {
  const child = await startChild({ script: join(folder, 'measure.mjs') });
  const { cpuMs, rssMb } = child.ready as { cpuMs: number; rssMb: number };
  await child.stop();
  console.info(`100,000 users: ready after ${Math.round(cpuMs)} ms of one core, ${Math.round(rssMb)} MB resident`);
  // Loose, for slow machines: the aim is 2 s.
  expect(cpuMs).toBeLessThan(10_000);
  expect(rssMb).toBeLessThan(300);
});
