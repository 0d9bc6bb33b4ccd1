import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const dependenciesSchema = z.record(z.string(), z.string());
const packageJson = z
  .object({ dependencies: dependenciesSchema, devDependencies: dependenciesSchema })
  .parse(JSON.parse(read('package.json')));
const dependencies = Object.entries({ ...packageJson.dependencies, ...packageJson.devDependencies });

it('pins every dependency to one version', () => {
  expect(dependencies.length).toBeGreaterThan(10);
  for (const [name, version] of dependencies) expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
});

it('gives a reason for every dependency', () => {
  const page = read('docs/dependencies.md');
  const isNamed = (name: string): boolean =>
    page.includes(`\`${name}\``) || page.includes(`\`${name.replace(/\/.*/, '/*')}\``);
  expect(dependencies.map(([name]) => name).filter((name) => !isNamed(name))).toEqual([]);
});

it('has a checksum for every package that is installed from a registry', () => {
  const { packages } = z
    .object({
      packages: z.record(z.string(), z.looseObject({ integrity: z.string().optional(), link: z.boolean().optional() })),
    })
    .parse(JSON.parse(read('package-lock.json')));
  const installed = Object.entries(packages).filter(([path, { link }]) => path !== '' && link !== true);
  expect(installed.length).toBeGreaterThan(50);
  expect(installed.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
});
