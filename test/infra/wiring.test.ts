import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Declaration, Expression, type Value } from './bicepFile.ts';
import { bicepFiles, fileOf, infraFolder, isBody } from './installation.ts';

const modules = [...bicepFiles].flatMap(([path, file]) =>
  file.modules.map((module): [string, Declaration, string] => {
    const target = new URL(module.of, new URL(path, infraFolder)).pathname.slice(infraFolder.pathname.length);
    return [`${path}: ${module.symbol}`, module, target];
  }),
);

describe.each(modules)('%s', (_, module, target) => {
  const { parameters } = fileOf(target);
  const given = isBody(module.body.params) ? Object.keys(module.body.params) : [];

  it('gets every parameter, and none that the module does not have', () => {
    expect(given.filter((name) => !parameters.some((parameter) => parameter.name === name))).toEqual([]);
    expect(parameters.filter(({ name, optional }) => !optional && !given.includes(name))).toEqual([]);
  });
});

describe.each([...bicepFiles])('%s', (path, file) => {
  it('uses each of its parameters and variables', () => {
    const names = [...file.parameters.map(({ name }) => name), ...file.variables.keys()];
    expect(names.filter((name) => (file.mentions.get(name) ?? 0) < 2)).toEqual([]);
  });

  it('asks of modules only what they give', () => {
    const asked = [...readFileSync(new URL(path, infraFolder), 'utf8').matchAll(/(\w+)!?\.outputs\.(\w+)/g)];
    for (const [text, symbol, output] of asked) {
      const module = file.modules.find((candidate) => candidate.symbol === symbol);
      expect(module, text).toBeDefined();
      expect([...fileOf(`modules/${module?.of.split('/').at(-1)}`).outputs.keys()], text).toContain(output);
    }
  });

  it('loads only files that are there', () => {
    for (const file of loadedFiles(path)) expect(existsSync(file), file.href).toBe(true);
  });
});

it('gives away nothing that the parts do not use', () => {
  const texts = [...bicepFiles.keys()].map((path) => readFileSync(new URL(path, infraFolder), 'utf8')).join('\n');
  for (const [path, file] of bicepFiles)
    if (path !== 'main.bicep')
      for (const output of file.outputs.keys()) expect(texts, `${path}: ${output}`).toMatch(`.outputs.${output}`);
});

describe('main.parameters.json', () => {
  const { parameters } = JSON.parse(readFileSync(new URL('main.parameters.json', infraFolder), 'utf8'));

  it('has every parameter of main.bicep, so that each can be set with azd', () => {
    expect(Object.keys(parameters).sort()).toEqual(
      fileOf('main.bicep')
        .parameters.map(({ name }) => name)
        .sort(),
    );
  });

  it('names each after its environment variable, with a default where main.bicep has one', () => {
    for (const { name, optional } of fileOf('main.bicep').parameters) {
      const { value } = parameters[name] as { value: string };
      const [, variable, fallback] = /^\$\{([A-Z_]+)(=.*)?\}$/.exec(value) ?? [];
      expect(variable, name).toBeDefined();
      expect(fallback !== undefined, name).toBe(optional);
    }
  });

  it('says what each is for', () => {
    expect(fileOf('main.bicep').parameters.filter(({ described }) => !described)).toEqual([]);
  });
});

it('takes names from abbreviations.json, and has none there that is not used', () => {
  const abbreviations = Object.keys(JSON.parse(readFileSync(new URL('abbreviations.json', infraFolder), 'utf8')));
  const text = readFileSync(new URL('main.bicep', infraFolder), 'utf8');
  const used = new Set([...text.matchAll(/names\.(\w+)/g)].map(([, name]) => name));
  expect([...used].sort()).toEqual(abbreviations.sort());
});

function loadedFiles(path: string): URL[] {
  const file = fileOf(path);
  const found: URL[] = [];
  const look = (value: Value): void => {
    if (value instanceof Expression) {
      const [name] = value.args;
      if (/^load(Json|Text)Content\(/.test(value.text) && typeof name === 'string')
        found.push(new URL(name, new URL(path, infraFolder)));
    } else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) look(inner);
  };
  for (const value of file.variables.values()) look(value);
  for (const { body } of file.resources) look(body as Value);
  return found;
}
