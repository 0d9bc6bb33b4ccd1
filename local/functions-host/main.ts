import { Console } from 'node:console';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { PORT_MAX, parseOptions, readOrExit, wholeNumber } from '../options.ts';
import { runAsProcess } from '../service.ts';
import { prepareThreads } from './app/workerThreads.ts';

const HELP = `Hosts an Azure Functions app (Node.js, v4 programming model) on this machine.

  --app DIR       folder of the app (default: the current folder)
  --port N        port on 127.0.0.1 (default: 7071; 0 takes any)
  --drain SECONDS how long running invocations may take when it stops (default: 30)
  --quiet         log errors only
  --exit-on-error end when the app or host.json cannot be used; without it the host stays up and answers 404 or 503, as
                  in Azure (always on when another program starts the host as a part of its own)
  --help          this text

When it is ready it prints one line of JSON to stdout: port, url, functions and problems. The log goes to stderr.`;

const values = readOrExit(() =>
  parseOptions({
    options: {
      app: { type: 'string', default: '.' },
      port: { type: 'string', default: '7071' },
      drain: { type: 'string', default: '30' },
      quiet: { type: 'boolean', default: false },
      'exit-on-error': { type: 'boolean', default: process.connected },
      help: { type: 'boolean', default: false },
    },
  }),
);

if (!isMainThread) {
  const { runAppWorker } = await import('./app/workerMain.ts');
  runAppWorker();
} else if (values.help) console.log(HELP);
else {
  const port = readOrExit(() => wholeNumber('--port', values.port, 0, PORT_MAX));
  // stdout belongs to the line that says when the host is ready, whatever the app prints.
  globalThis.console = new Console(process.stderr, process.stderr);
  const threads = prepareThreads(fileURLToPath(import.meta.url));
  const { startFunctionsHost } = await import('./host.ts');
  await runAsProcess(async () => {
    const host = await startFunctionsHost({
      appDirectory: values.app,
      threads,
      port,
      drainMs: Number(values.drain) * 1000,
      quiet: values.quiet,
      exitOnError: values['exit-on-error'],
    });
    return {
      ready: { port: host.port, url: host.url, functions: host.functions, problems: host.problems },
      close: () => host.close(),
    };
  });
}
