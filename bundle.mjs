// Bundles the app: `dist/app.cjs`, the file that Azure and the local host load alike, and beside it what it loads later:
// the clients of Azure and Graph and the contract on their first use, and telemetry only where it is wanted.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Modules that are files of their own, so that a start that does not need them does not even read them. */
const apart = {
  'telemetry.cjs': 'shared/telemetry/openTelemetry.ts',
  'contract.cjs': 'shared/contract/published.ts',
  'blobs.cjs': 'shared/proof/blobDigests.ts',
};

const partsApart = {
  name: 'parts are files of their own',
  setup({ onResolve }) {
    for (const [file, module] of Object.entries(apart))
      onResolve({ filter: new RegExp(`/${basename(module, '.ts')}\\.ts$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${file}`, external: true } : undefined,
      );
  },
};

const CLIENTS = 'clients.cjs';
/** Large packages that no function needs in order to be registered. What Node.js need not read, it need not parse. */
const clients = {
  '@azure/data-tables': 'dataTables',
  '@azure/identity': 'identity',
  '@azure/msal-node': 'msal',
  '@azure/service-bus': 'serviceBus',
  '@microsoft/microsoft-graph-client': 'graph',
};

/** Takes each of the clients from the file that has them all, and fails where one is wanted at once. */
const clientsApart = {
  name: 'clients are a file of their own',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@(azure|microsoft)\// }, ({ path, kind }) => {
      if (!(path in clients)) return undefined;
      if (kind === 'dynamic-import') return { path, namespace: 'client' };
      return { errors: [{ text: `Load ${path} on its first use, by import(): it is large.` }] };
    });
    onLoad({ filter: /.*/, namespace: 'client' }, ({ path }) => ({
      contents: `module.exports = require('./${CLIENTS}').${clients[path]};`,
    }));
    onResolve({ filter: /^\.\/clients\.cjs$/, namespace: 'client' }, ({ path }) => ({ path, external: true }));
  },
};

/** Messages of zod in other languages are a quarter of the app and a third of `mfa`, and nobody sees them. */
export const englishOnly = {
  name: 'zod speaks English',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/** A checksum that Blob Storage can check uploads by, which nothing here asks for, is a seventh of its client. */
const noCrc64 = {
  name: 'no CRC-64',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]storage-common[\\/].*[\\/]crc64\.js$/ }, () => ({
      contents: "export default () => { throw new Error('CRC-64 is not in this bundle.'); };",
    }));
  },
};

/**
 * @param folder where the files go
 * @param options of esbuild on top
 * @returns what esbuild says of each file
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
  return Promise.all([
    build({
      ...common,
      stdin: {
        contents: triggers.map((file) => `import './functions/${file}';`).join('\n'),
        resolveDir: '.',
        sourcefile: 'app.ts',
      },
      outfile: join(folder, 'app.cjs'),
      external: ['@azure/functions-core'], // the worker has it
      plugins: [partsApart, clientsApart, englishOnly],
    }),
    build({
      ...common,
      stdin: {
        contents: Object.entries(clients)
          .map(([path, name]) => `export * as ${name} from '${path}';`)
          .join('\n'),
        resolveDir: '.',
        sourcefile: 'clients.ts',
      },
      outfile: join(folder, CLIENTS),
      mainFields: ['module', 'main'], // of which only what is used is taken: a quarter less
    }),
    ...Object.entries(apart).map(([file, module]) =>
      build({
        ...common,
        entryPoints: [module],
        outfile: join(folder, file),
        mainFields: ['module', 'main'], // of which only what is used is taken
        plugins: [noCrc64],
      }),
    ),
  ]);
}
