import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import queues from '../../infra/queues.json' with { type: 'json' };
import { appSettings, at, type Body, deployments, infraFolder, resourceOf, resourcesOf } from './installation.ts';
import { readTable } from './markdownTable.ts';
import { queries, queriesOfLog } from './queries.ts';

const read = (path: string): string => readFileSync(new URL(path, infraFolder), 'utf8');
const QUERY_RULE = 'Microsoft.Insights/scheduledQueryRules';
const METRIC_ALERT = 'Microsoft.Insights/metricAlerts';
const ACTIVITY_ALERT = 'Microsoft.Insights/activityLogAlerts';
/** The conditions of an alert. */
function criteriaOf(properties: Body): Body[] {
  const criteria = at(properties, 'criteria.allOf');
  return z.array(z.record(z.string(), z.json())).parse(criteria);
}

describe.each(deployments)('the deployment $name', (deployment) => {
  const logAlerts = resourcesOf(deployment, QUERY_RULE);
  const metricAlerts = resourcesOf(deployment, METRIC_ALERT);
  const activityAlerts = resourcesOf(deployment, ACTIVITY_ALERT);

  it('has an alert for each file of a query, and a file for each alert', () => {
    const deployed = logAlerts.map(({ name, properties }) => [`${name}.kql`, criteriaOf(properties)[0]?.query]);
    const files = readdirSync(new URL('alerts/', infraFolder)).map((file) => [file, read(`alerts/${file}`)]);
    expect(Object.fromEntries(deployed)).toEqual(Object.fromEntries(files));
  });

  it('tells what each alert means and what to do', () => {
    const told = readTable(new URL('README.md', infraFolder), 'alert', 'fires when', 'what to do').map(
      ([name]) => name ?? '',
    );
    const deployed = [...logAlerts, ...metricAlerts, ...activityAlerts].map(({ name }) =>
      name.replace(/^(old-messages-).*/, '$1…'),
    );
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

  it('watches the settings of the apps, role assignments, and what protects the record', () => {
    const watched = Object.fromEntries(
      activityAlerts.map(({ name, properties }) => [name, JSON.stringify(properties)]),
    );
    for (const operation of ['Microsoft.Web/sites/write', 'Microsoft.Web/sites/config/write'])
      expect(watched['settings-changed']).toContain(`"${operation}"`);
    for (const operation of [
      'Microsoft.Authorization/roleAssignments/write',
      'Microsoft.Authorization/roleAssignments/delete',
      'Microsoft.Authorization/locks/delete',
      'Microsoft.Insights/diagnosticSettings/delete',
    ])
      expect(watched['access-changed']).toContain(`"${operation}"`);
    const { id } = resourceOf(deployment, 'Microsoft.Resources/resourceGroups');
    for (const { properties } of activityAlerts) {
      expect(properties.scopes).toEqual([id]);
      expect(properties.enabled).toBe(true);
    }
  });

  it('has every alert switched on, except for deleted entries where entries have a retention', () => {
    const off = logAlerts.filter(({ properties }) => properties.enabled !== true).map(({ name }) => name);
    const purges = appSettings(deployment, 'workers').AUDIT_RETENTION_DAYS !== '';
    expect(off).toEqual(purges ? ['audit-rows-deleted'] : []);
  });

  it('sends mail to the configured address', () => {
    const groups = resourcesOf(deployment, 'Microsoft.Insights/actionGroups').map(({ id }) => id);
    expect(groups).toHaveLength(1);
    const [group] = resourcesOf(deployment, 'Microsoft.Insights/actionGroups');
    expect(JSON.stringify(group?.properties)).toContain('"emailAddress":"administrators@contoso.com"');
    for (const { properties } of logAlerts) expect(at(properties, 'actions.actionGroups')).toEqual(groups);
    for (const { properties } of metricAlerts)
      expect(properties.actions).toEqual(groups.map((actionGroupId) => ({ actionGroupId })));
    for (const { properties } of activityAlerts)
      expect(at(properties, 'actions.actionGroups')).toEqual(groups.map((actionGroupId) => ({ actionGroupId })));
  });
});

it('reads the log as lines of JSON that begin as the app begins them', () => {
  for (const { name, query } of queriesOfLog) {
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
