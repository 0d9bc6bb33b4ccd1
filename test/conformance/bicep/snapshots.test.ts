import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { bicep, infraFolder } from './compiler.ts';

const names = readdirSync(join(infraFolder, 'snapshots'))
  .filter((file) => file.endsWith('.bicepparam'))
  .map((file) => file.replace('.bicepparam', ''));

/** Where it would be deployed. Fixed, so that only changes of the files change what is predicted. */
const PLACE = [
  ['--tenant-id', '11111111-2222-4333-8444-555555555555'],
  ['--subscription-id', '11111111-2222-4333-8444-999999999999'],
  ['--location', 'westeurope'],
  ['--deployment-name', 'example'],
].flat();

const predictionSchema = z.object({
  predictedResources: z.array(z.unknown()),
  diagnostics: z.array(z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
});

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'infra-'));
  cpSync(infraFolder, folder, { recursive: true });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a deployment with a parameter file would end in, as the compiler predicts it. */
function predict(name: string): string {
  const params = join('snapshots', `${name}.bicepparam`);
  const { problems, code } = bicep(['snapshot', params, '--mode', 'overwrite', ...PLACE], folder);
  expect({ problems, code }).toEqual({ problems: '', code: 0 });
  const text = readFileSync(join(folder, 'snapshots', `${name}.snapshot.json`), 'utf8');
  const { predictedResources, diagnostics, outputs } = predictionSchema.parse(JSON.parse(text));
  expect(diagnostics).toEqual([]);
  // The compiler writes outputs in another order each time.
  const sorted = Object.fromEntries(Object.entries(outputs).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ predictedResources, outputs: sorted }, null, 2)}\n`;
}

it.each(names)(
  '%s.bicepparam deploys what is committed (to commit what it deploys: npm run test:bicep -- --update)',
  async (name) => {
    const predicted = predict(name);
    expect(predict(name)).toBe(predicted);
    await expect(predicted).toMatchFileSnapshot(join(infraFolder, 'snapshots', `${name}.snapshot.json`));
  },
);
