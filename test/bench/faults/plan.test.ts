import { describe, expect, it } from 'vitest';
import { shapesOf } from '../../../bench/faults/drawOperations.ts';
import { oddKinds } from '../../../bench/faults/oddUsers.ts';
import { drawPlan, type Plan } from '../../../bench/faults/plan.ts';
import regressions from '../../../bench/faults/regressions.json' with { type: 'json' };
import { generateDirectory } from '../../../local/graph/directory/generate.ts';

const SIZE = { users: 300, operations: 20 };
const plans = Array.from({ length: 10 }, (_, seed) => drawPlan({ seed, ...SIZE }));
const kindsOf = (plan: Plan) => new Set<string>(plan.steps.map(({ kind }) => kind));

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawPlan({ seed: 3, ...SIZE })).toEqual(plans[3]);
    expect(plans[4]?.steps).not.toEqual(plans[3]?.steps);
  });

  it('does everything that can be done to the system', () => {
    const always = [
      'send',
      'kill',
      'drain',
      'restart',
      'start',
      'dropConnections',
      'expireLocks',
      'makeBusy',
      'faultRates',
      'outage',
      'changeOutside',
      'deleteUser',
      'exhaust',
      'sendUnreadable',
    ];
    for (const plan of plans) for (const kind of always) expect(kindsOf(plan)).toContain(kind);
    expect(plans.some((plan) => kindsOf(plan).has('cancel') && kindsOf(plan).has('retry'))).toBe(true);
    for (const states of plans.map((plan) => new Set(plan.plannedOperations.map(({ state }) => state))))
      expect([...states].sort()).toEqual(['disabled', 'enabled', 'enforced']);
  });

  it('has an outage of each service, one of which lasts half a minute', () => {
    for (const { steps } of plans) {
      const outages = steps.flatMap((step) => (step.kind === 'outage' ? [step] : []));
      expect(outages.map((step) => step.of).sort()).toEqual(['graph', 'queues', 'tables']);
      expect(Math.max(...outages.map(({ seconds }) => seconds))).toBe(30);
    }
  });

  it('asks for a group of several pages, for several pages of references, and for more lowering than the limit allows', () => {
    for (const { plannedOperations, tenant } of plans) {
      const groups = plannedOperations.map(({ group }) => group?.members.length ?? 0);
      expect(Math.max(...groups)).toBeGreaterThan(tenant.membersPerPage);
      const lists = plannedOperations.map(({ references }) => references.length);
      expect(Math.max(...lists)).toBeGreaterThan(999);
      const lowering = plannedOperations.at(shapesOf(SIZE.operations).lowering);
      expect(lowering).toMatchObject({ state: 'enabled', dryRun: false });
      expect(lowering?.references.length).toBeGreaterThan(tenant.loweredPerDay * 2);
    }
  });

  it('has each odd user, and those who are deleted, in an operation that would change them and is not canceled', () => {
    const shapes = shapesOf(SIZE.operations);
    for (const { plannedOperations, oddUsers, deletedUsers, steps } of plans) {
      const certain = { state: 'enabled', dryRun: false };
      expect(plannedOperations[shapes.group]).toMatchObject(certain);
      expect(plannedOperations[shapes.deleted]).toMatchObject(certain);
      for (const number of [shapes.group, shapes.deleted]) // what lowers may be refused as a whole, and asks Graph for no one
        expect(plannedOperations[number]?.acknowledge).not.toContain('weaken');
      const odd = oddUsers.map(({ id }) => id);
      expect(plannedOperations[shapes.group]?.group?.members).toEqual(expect.arrayContaining(odd));
      expect(plannedOperations[shapes.deleted]?.references).toEqual(expect.arrayContaining([...deletedUsers]));
      const canceled = new Set(steps.flatMap((step) => (step.kind === 'cancel' ? [step.operation] : [])));
      expect(Object.values(shapes).filter((number) => canceled.has(number))).toEqual([]);
      expect(new Set(oddUsers.map(({ kind }) => kind))).toEqual(new Set(oddKinds));
    }
  });

  it('leaves protected, odd and deleted users to themselves', () => {
    for (const { steps, oddUsers, deletedUsers, protectedUsers } of plans) {
      const special = new Set([...oddUsers.map(({ id }) => id), ...deletedUsers, ...protectedUsers]);
      const changed = steps.flatMap((step) => (step.kind === 'changeOutside' ? [step.userId] : []));
      expect(changed.filter((id) => special.has(id))).toEqual([]);
    }
  });

  it('repeats some requests, one after another and at the same time', () => {
    const sent = plans.map(({ steps }) => steps.flatMap((step) => (step.kind === 'send' ? [step] : [])));
    for (const requests of sent) expect(requests.length).toBeGreaterThan(SIZE.operations);
    const withTwins = sent.filter((requests) => requests.some(({ twin }) => twin));
    expect(withTwins.length).toBeGreaterThan(plans.length / 2);
  });

  it('changes most users more than once', () => {
    for (const plan of plans) {
      const named = plan.plannedOperations.flatMap(({ references }) => references);
      expect(named.length).toBeGreaterThan(new Set(named.map((name) => name.toLowerCase())).size * 1.2);
    }
  });

  it('starts every host again that it kills or drains, and has its steps in order', () => {
    for (const { steps } of plans) {
      expect(steps.filter(({ kind }) => kind === 'kill' || kind === 'drain')).toHaveLength(
        steps.filter(({ kind }) => kind === 'start').length,
      );
      expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b));
    }
  });

  it('names users who exist, but for a few', () => {
    for (const plan of plans) {
      const people = generateDirectory({ size: plan.users, seed: plan.seed });
      for (const { references } of plan.plannedOperations)
        expect(references.filter((name) => people.find(name) === undefined).length).toBeLessThanOrEqual(2);
    }
  });
});

describe('the campaigns that ever failed', () => {
  it('can be planned', () => {
    for (const campaign of regressions) expect(drawPlan(campaign).steps.length).toBeGreaterThan(0);
  });
});
