import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import queues from '../../infra/queues.json' with { type: 'json' };
import { at, type Body, deployments, infraFolder, resourcesOf } from './installation.ts';
import { readTable } from './markdownTable.ts';
import { queries } from './queries.ts';

const read = (path: string): string => readFileSync(new URL(path, infraFolder), 'utf8');
const QUERY_RULE = 'Microsoft.Insights/scheduledQueryRules';
const METRIC_ALERT = 'Microsoft.Insights/metricAlerts';
/** The conditions of an alert. */
function criteriaOf(properties: Body): Body[] {
  const criteria = at(properties, 'criteria.allOf');
  return z.array(z.record(z.string(), z.json())).parse(criteria);
}

describe.each(deployments)('the deployment $name', (deployment) => {
  const logAlerts = resourcesOf(deployment, QUERY_RULE);
  const metricAlerts = resourcesOf(deployment, METRIC_ALERT);

  it('has an alert for each file of a query, and a file for each alert', () => {
    const deployed = logAlerts.map(({ name, properties }) => [`${name}.kql`, criteriaOf(properties)[0]?.query]);
    const files = readdirSync(new URL('alerts/', infraFolder)).map((file) => [file, read(`alerts/${file}`)]);
    expect(Object.fromEntries(deployed)).toEqual(Object.fromEntries(files));
  });

  it('tells what each alert means and what to do', () => {
    const told = readTable(new URL('README.md', infraFolder), 'alert', 'fires when', 'what to do').map(
      ([name]) => name ?? '',
    );
    const deployed = [...logAlerts, ...metricAlerts].map(({ name }) => name.replace(/^(old-messages-).*/, '$1…'));
    expect([...new Set(deployed)].sort()).toEqual(told.sort());
  });

  it('looks back only as far as Azure Monitor can', () => {
    const minutes = [5, 10, 15, 30, 45].map((count) => `PT${count}M`);
    const hours = [1, 2, 3, 4, 5, 6, 24, 48].map((count) => `PT${count}H`);
    for (const { name, properties } of logAlerts) expect([...minutes, ...hours], name).toContain(properties.windowSize);
  });

  it('watches dead letters of all queues, and messages that wait in each', () => {
    const watched = metricAlerts.map(({ name, properties }) => [
      name,
      criteriaOf(properties).map(({ metricName, dimensions }) => [metricName, JSON.stringify(dimensions)]),
    ]);
    const of = (queue: string): string =>
      JSON.stringify([{ name: 'EntityName', operator: 'Include', values: [queue] }]);
    expect(Object.fromEntries(watched)).toEqual({
      'dead-letters': [['DeadletteredMessages', of('*')]],
      ...Object.fromEntries(
        Object.keys(queues).map((queue) => [
          `old-messages-${queue}`,
          [
            ['ActiveMessages', of(queue)],
            ['CompleteMessage', of(queue)],
          ],
        ]),
      ),
    });
  });

  it('sends mail to the configured address', () => {
    const groups = resourcesOf(deployment, 'Microsoft.Insights/actionGroups').map(({ id }) => id);
    expect(groups).toHaveLength(deployment.name === 'full' ? 1 : 0);
    for (const { properties } of logAlerts) expect(at(properties, 'actions.actionGroups')).toEqual(groups);
    for (const { properties } of metricAlerts)
      expect(properties.actions).toEqual(groups.map((actionGroupId) => ({ actionGroupId })));
  });
});

it('reads the log as lines of JSON that begin as the app begins them', () => {
  for (const { name, query } of queries) {
    expect(query, name).toContain(
      `AppTraces\n| where Message startswith '{"step":'\n| extend line = parse_json(Message)`,
    );
  }
});

it('counts the quota of Graph in the workbook as the settings have it', () => {
  expect(
    queries.find(({ name }) => name === 'Users changed in 150 seconds (Graph allows 3,000 writes)')?.query,
  ).toContain('150s');
});

it('counts no answer of Microsoft Graph as one of the API', () => {
  const ofStatus = queries.filter(({ query }) => query.includes('line.status'));
  expect(ofStatus.length).toBeGreaterThan(1);
  for (const { name, query } of ofStatus) expect([name, query]).toEqual([name, expect.stringContaining("!= 'graph'")]);
});
