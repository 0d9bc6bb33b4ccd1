// Puts together what is deployed: the app as one small file, telemetry as another, host.json and a package.json without anything to install.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleApp } from './bundle.mjs';

/** More would be a sign that something is in it that need not be, and every start reads all of it. */
const MOST_BYTES = 3 * 1024 * 1024;

const { values } = parseArgs({ options: { out: { type: 'string', default: join('dist', 'package') } } });
const out = values.out;

const { name, version, description, license, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
// CommonJS, which hosts load with require(): import() would read the bundle once more, in search of its exports.
const main = 'dist/app.cjs';

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
// Logs name errors and functions as the source does.
await bundleApp(dirname(join(out, main)), { minify: true, keepNames: true });
cpSync('host.json', join(out, 'host.json'));
// Without dependencies and scripts, so that nothing is installed or built again on the way to Azure.
const packageJson = { name, version, description, license, private: true, type: 'commonjs', main, engines };
writeFileSync(join(out, 'package.json'), `${JSON.stringify(packageJson, null, 2)}\n`);

const files = readdirSync(out, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
let total = 0;
for (const file of files.sort()) {
  const { size } = statSync(file);
  total += size;
  console.log(`${String(size).padStart(9)}  ${file}`);
}
console.log(`${String(total).padStart(9)}  bytes in all, of at most ${MOST_BYTES}`);
if (total > MOST_BYTES) {
  console.error('The package is too large. What grew it? esbuild --analyze tells.');
  process.exitCode = 1;
}
