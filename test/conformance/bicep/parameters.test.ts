import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { bicep, infraFolder } from './compiler.ts';

const template = z
  .object({
    parameters: z.record(
      z.string(),
      z.object({
        type: z.string(),
        defaultValue: z.unknown().optional(),
        allowedValues: z.array(z.unknown()).optional(),
        metadata: z.object({ description: z.string() }).optional(),
      }),
    ),
  })
  .parse(JSON.parse(bicep(['build', '--no-restore', '--stdout', 'main.bicep']).out));
const parameters = Object.entries(template.parameters);

const { parameters: fromAzd } = z
  .object({ parameters: z.record(z.string(), z.object({ value: z.string() })) })
  .parse(JSON.parse(readFileSync(join(infraFolder, 'main.parameters.json'), 'utf8')));

it('has every parameter of main.bicep in main.parameters.json, so that each can be set with azd', () => {
  expect(Object.keys(fromAzd).sort()).toEqual(parameters.map(([name]) => name).sort());
});

it.each(parameters)(
  'lets azd set %s by an environment variable, with the default that main.bicep has',
  (name, parameter) => {
    const [, variable, fallback] = /^\$\{([A-Z_]+)(?:=(.*))?\}$/.exec(fromAzd[name]?.value ?? '') ?? [];
    expect(variable).toBeDefined();
    expect(fallback).toBe(parameter.defaultValue === undefined ? undefined : String(parameter.defaultValue));
  },
);

it.each(parameters)('says what %s is for', (_, { metadata }) => {
  expect(metadata?.description).toMatch(/\.$/);
});

it('takes every parameter away from its default in snapshots/full.bicepparam', () => {
  const { out } = bicep(['build-params', '--no-restore', '--stdout', join('snapshots', 'full.bicepparam')]);
  const { parametersJson } = z.object({ parametersJson: z.string() }).parse(JSON.parse(out));
  const given = z
    .object({ parameters: z.record(z.string(), z.object({ value: z.unknown().optional() })) })
    .parse(JSON.parse(parametersJson)).parameters;
  for (const [name, { defaultValue }] of parameters) {
    expect(Object.keys(given)).toContain(name);
    expect(given[name]?.value, name).not.toEqual(defaultValue);
  }
});
