import { join } from 'node:path';
import { startChild } from '../../local/child.ts';
import { projectFolder } from '../../local/projectFolder.ts';
import { requireAnswer, startAppHost } from './appHost.ts';
import { type App, buildBundle, buildEmpty, buildUnbundled } from './apps.ts';
import { atLeast, atMost, type Findings, type Ground } from './benchmark.ts';
import { median, shown, spreadOf } from './samples.ts';
import { onTestbed } from './testbed.ts';

type Name = App['name'];

/** Milliseconds from starting a process. */
interface Start {
  /** Until all functions are registered, in a process that does only that. */
  readonly registeredMs: number;
  /** Until the local host has answered the first request. */
  readonly answeredMs: number;
}

/** From a new process to registered functions and the first answer: as deployed, file by file, and an empty app. */
export async function coldstart(ground: Ground): Promise<Findings> {
  const apps = [await buildEmpty(), await buildBundle(), await buildUnbundled()];
  const starts = await onTestbed({ users: 50 }, ({ stack }) => startAll(apps, stack.settings, ground));
  const of = (name: Name, read: (start: Start) => number): number[] => (starts.get(name) ?? []).map(read);
  const registered = (name: Name): number => median(of(name, ({ registeredMs }) => registeredMs));
  const [empty, bundle, unbundled] = [registered('empty'), registered('bundle'), registered('unbundled')];
  return {
    measures: {
      ...Object.fromEntries(
        apps.flatMap(({ name }) => [
          [`${name}: registered, ms`, spreadOf(of(name, (start) => start.registeredMs))],
          [`${name}: first answer, ms`, spreadOf(of(name, (start) => start.answeredMs))],
        ]),
      ),
      'times that the unbundled app adds to the empty one what the bundle adds': shown(
        (unbundled - empty) / (bundle - empty),
      ),
    },
    targets: [
      atMost('ms until registered, over the empty app', 60, bundle - empty),
      atLeast('times as fast as unbundled until registered', 3, unbundled / bundle),
    ],
    notes: [
      'Registered: a process that loads the app as a worker does, from its start to its last function. First answer: the local host, which has much of its own to load, and connects to Service Bus for the app but not for the empty one.',
      'Files are in the memory of the system; on a new instance each costs more.',
    ],
  };
}

/** Starts the apps in turn, so that what disturbs the machine disturbs all alike. The first round does not count. */
async function startAll(
  apps: readonly App[],
  settings: Readonly<Record<string, string>>,
  { sizes, now, onProgress }: Ground,
): Promise<Map<Name, Start[]>> {
  const starts = new Map<Name, Start[]>(apps.map(({ name }) => [name, []]));
  for (let round = 0; round <= sizes.coldstart.runs; round++) {
    onProgress(round === 0 ? 'Warming up.' : `Run ${round} of ${sizes.coldstart.runs}.`);
    for (const app of apps) {
      const start = await startOnce(app, settings, now);
      if (round > 0) starts.get(app.name)?.push(start);
    }
  }
  return starts;
}

async function startOnce(app: App, settings: Readonly<Record<string, string>>, now: () => number): Promise<Start> {
  const script = join(projectFolder(), 'dist', 'bench', 'measure', 'main.js');
  let startedAt = now();
  const worker = await startChild({ script, args: ['register', app.directory], env: settings });
  const registeredMs = now() - startedAt;
  await worker.stop();

  startedAt = now();
  const host = await startAppHost(app, settings);
  try {
    await requireAnswer(host, app);
    return { registeredMs, answeredMs: now() - startedAt };
  } finally {
    await host.stop();
  }
}
