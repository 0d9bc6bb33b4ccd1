import { expect, it } from 'vitest';
import { runScenario } from '../../../bench/outages/runScenario.ts';
import { outages, type Service, services } from '../../../bench/outages/scenario.ts';

// Long enough for a machine that does much else. By itself each outage takes a third of a minute.
const LIMIT_MS = 240_000;

function firstOf(service: Service) {
  const found = outages.find((outage) => outage.service === service);
  if (found === undefined) throw new Error(`There is no outage of ${service}.`);
  return found;
}

it.each(services)(
  'nothing that was accepted fails in a short outage of %s',
  async (service) => {
    const effects = { now: Date.now, random: Math.random, onLine: () => {} };
    const result = await runScenario({ outage: firstOf(service), phase: 'plan', seconds: 3 }, 200, effects);
    // How soon it settles depends on the machine: the campaign measures it.
    expect(result).toMatchObject({
      applied: 200,
      failed: 0,
      lost: 0,
      auditDuplicates: 0,
      otherFindings: 0,
      namelessErrors: 0,
    });
    expect(result.settledSeconds).not.toBeNull();
  },
  LIMIT_MS,
);
