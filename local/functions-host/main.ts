import { Console } from 'node:console';
import { parseArgs } from 'node:util';
import { runAsProcess } from '../service.ts';
import { startFunctionsHost } from './host.ts';

const HELP = `Hosts an Azure Functions app (Node.js, v4 programming model) on this machine.

  --app DIR       folder of the app (default: the current folder)
  --port N        port on 127.0.0.1 (default: 7071; 0 takes any)
  --drain SECONDS how long running invocations may take when it stops (default: 30)
  --quiet         log errors only
  --exit-on-error end when the app or host.json cannot be used; without it the host stays up and answers 404 or 503, as
                  in Azure (always on when another program starts the host as a part of its own)
  --help          this text

When it is ready it prints one line of JSON to stdout: port, url, functions and problems. The log goes to stderr.`;

const { values } = parseArgs({
  options: {
    app: { type: 'string', default: '.' },
    port: { type: 'string', default: '7071' },
    drain: { type: 'string', default: '30' },
    quiet: { type: 'boolean', default: false },
    'exit-on-error': { type: 'boolean', default: process.connected },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else {
  // stdout belongs to the line that says when the host is ready, whatever the app prints.
  globalThis.console = new Console(process.stderr, process.stderr);
  process.on('uncaughtException', (error: unknown, origin) => {
    const what =
      origin === 'unhandledRejection' ? 'left the rejection of a promise unhandled' : 'threw where nobody catches';
    console.error(
      `The app ${what}, so this host ends. In Azure the worker ends, what it runs fails, and a new one starts.`,
    );
    console.error(error);
    process.exit(1);
  });
  await runAsProcess(async () => {
    const host = await startFunctionsHost({
      appDirectory: values.app,
      port: Number(values.port),
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
