import { expect, it } from 'vitest';
import { runCampaign } from '../../../bench/faults/campaign.ts';
import { drawPlan } from '../../../bench/faults/plan.ts';
import { explain } from '../../../local/oracle/explain.ts';

// Long enough for a machine that does much else. By itself it takes a third of a minute.
const LIMIT_MS = 240_000;

it(
  'loses nothing and does nothing twice while hosts, Graph, Service Bus and tables fail',
  async () => {
    const size = { seed: 5, users: 60, operations: 8 };
    const { summary, findings, surprises, evidence } = await runCampaign(size, {
      now: () => performance.now(),
      onProgress: () => {},
    });
    expect([...surprises, ...explain(findings, evidence)]).toEqual([]);
    // What would make the verdict worthless: a campaign in which nothing happened.
    const asked = drawPlan(size).plannedOperations.flatMap(({ references }) => references).length;
    expect(asked).toBeGreaterThan(50);
    expect(summary.references).toBeGreaterThanOrEqual(asked);
    for (const harm of [
      'kills',
      'drains',
      'restarts',
      'linkDrops',
      'graphFaults',
      'tableFaults',
      'redeliveries',
    ] as const)
      expect(summary[harm], harm).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
