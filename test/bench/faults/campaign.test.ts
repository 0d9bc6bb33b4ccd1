import { expect, it } from 'vitest';
import { runCampaign } from '../../../bench/faults/campaign.ts';
import { drawPlan } from '../../../bench/faults/plan.ts';
import { explain } from '../../../local/oracle/explain.ts';

// Long enough for a machine that does much else. By itself it takes two minutes.
const LIMIT_MS = 900_000;

it(
  'loses nothing and does nothing twice while hosts, Graph, Service Bus and tables fail',
  async () => {
    const size = { seed: 5, users: 60, operations: 8 };
    const { summary, findings, surprises, missing, evidence } = await runCampaign(size, {
      now: () => performance.now(),
      onProgress: () => {},
    });
    expect([...surprises, ...explain(findings, evidence)]).toEqual([]);
    // What would make the verdict worthless: a campaign in which nothing happened.
    expect(missing).toEqual([]);
    const asked = drawPlan(size).plannedOperations.flatMap(({ references }) => references).length;
    expect(asked).toBeGreaterThan(1_000);
    expect(summary.references).toBeGreaterThanOrEqual(asked);
    expect(summary.redeliveries).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
