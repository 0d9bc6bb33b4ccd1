import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import workbook from '../../infra/workbook.json' with { type: 'json' };
import { type Body, Expression } from './bicepFile.ts';
import { at, fileOf, infraFolder, resourcesOf } from './installation.ts';
import { readTable } from './markdownTable.ts';

const read = (path: string): string => readFileSync(new URL(path, infraFolder), 'utf8');
const functionsFolder = new URL('../../functions/', import.meta.url);
const functionNames = readdirSync(functionsFolder).flatMap((file) =>
  [...readFileSync(new URL(file, functionsFolder), 'utf8').matchAll(/app\.\w+\('(\w+)'/g)].map(([, name]) => name),
);
const logAlerts = fileOf('modules/alerts.bicep').variables.get('logAlerts') as Body[];
const queries = [
  ...readdirSync(new URL('alerts/', infraFolder)).map((file) => ({ name: file, query: read(`alerts/${file}`) })),
  ...workbook.items.flatMap(({ name, content }) =>
    'query' in content && content.query !== undefined ? [{ name, query: content.query }] : [],
  ),
];

it('has an alert for each file of a query, and a file for each alert', () => {
  const loaded = logAlerts.map(({ query }) => (query instanceof Expression ? String(query.args[0]) : '')).sort();
  expect(loaded).toEqual(
    readdirSync(new URL('alerts/', infraFolder))
      .map((file) => `../alerts/${file}`)
      .sort(),
  );
});

it('tells what each alert means and what to do', () => {
  const [deadLetters, oldMessages] = resourcesOf('Microsoft.Insights/metricAlerts').map(({ body }) =>
    String(body.name),
  );
  const deployed = [...logAlerts.map(({ name }) => name), deadLetters, oldMessages?.replace(/^'|\$.*/g, '')];
  const told = readTable(new URL('README.md', infraFolder), 'alert', 'fires when', 'do').map(([name]) =>
    name?.replace('…', ''),
  );
  expect(told.sort()).toEqual(deployed.sort());
});

it('looks back only as far as Azure Monitor can', () => {
  const windows = ['PT5M', 'PT10M', 'PT15M', 'PT30M', 'PT45M', 'PT1H', 'PT2H', 'PT3H', 'PT4H', 'PT5H', 'PT6H'];
  for (const { name, window } of logAlerts)
    if (!(window instanceof Expression)) expect(windows, String(name)).toContain(window);
});

it('asks for steps that the app logs', () => {
  expect(queries.length).toBeGreaterThan(10);
  for (const { name, query } of queries) {
    const steps = [...query.matchAll(/tostring\(line\.step\) (?:==|in) (\([^)]*\)|'\w+')/g)].flatMap(([, list]) =>
      [...(list ?? '').matchAll(/'(\w+)'/g)].map(([, step]) => step),
    );
    for (const step of steps) expect(functionNames, name).toContain(step);
  }
});

it('reads the log as lines of JSON that begin as the app begins them', () => {
  for (const { name, query } of queries) {
    expect(query, name).toContain(
      `AppTraces\n| where Message startswith '{"step":'\n| extend line = parse_json(Message)`,
    );
    for (const [open, close] of ['()', '[]', '{}'])
      expect(count(query, open), `${name} ${open}`).toBe(count(query, close));
  }
  function count(query: string, sign: string | undefined): number {
    return query.replaceAll(/'[^']*'|\/\/.*/g, '').split(sign ?? '').length;
  }
});

it('watches dead letters of all queues, and messages that wait in each', () => {
  const metrics = resourcesOf('Microsoft.Insights/metricAlerts').map(({ loop, body }) => ({
    loop,
    names: (at(body, 'properties', 'criteria', 'allOf') as Body[]).map(({ metricName }) => metricName),
  }));
  expect(metrics).toEqual([
    { loop: undefined, names: ['DeadletteredMessages'] },
    { loop: 'items(queues)', names: ['ActiveMessages', 'CompleteMessage'] },
  ]);
});

it('counts the quota of Graph in the workbook as the settings have it', () => {
  expect(queries.find(({ name }) => name === 'Writes in 150 seconds (Graph allows 3,000)')?.query).toContain('150s');
});
