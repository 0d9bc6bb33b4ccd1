// Bundles the app: `dist/app.cjs`, the file that Azure and the local host load alike, and beside it what it loads only
// where telemetry is wanted.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const TELEMETRY = 'telemetry.cjs';

/** Leaves telemetry out of the app, so that a start without it does not even read it. */
const telemetryApart = {
  name: 'telemetry is a file of its own',
  setup({ onResolve }) {
    onResolve({ filter: /\/openTelemetry\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${TELEMETRY}`, external: true } : undefined,
    );
  },
};

/**
 * @param folder where the files go
 * @param options of esbuild on top
 */
export async function bundleApp(folder, options) {
  const triggers = readdirSync('functions').filter((file) => file.endsWith('.ts'));
  const common = {
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    logLevel: 'warning',
    ...options,
  };
  await Promise.all([
    build({
      ...common,
      stdin: {
        contents: triggers.map((file) => `import './functions/${file}';`).join('\n'),
        resolveDir: '.',
        sourcefile: 'app.ts',
      },
      outfile: join(folder, 'app.cjs'),
      external: ['@azure/functions-core'], // the worker has it
      plugins: [telemetryApart],
    }),
    build({
      ...common,
      entryPoints: ['shared/telemetry/openTelemetry.ts'],
      outfile: join(folder, TELEMETRY),
      mainFields: ['module', 'main'], // of which only what is used is taken
    }),
  ]);
}
