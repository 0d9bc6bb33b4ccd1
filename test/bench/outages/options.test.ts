import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../bench/outages/options.ts';
import { outages, phases, scenariosOf, services } from '../../../bench/outages/scenario.ts';
import { UsageError } from '../../../local/options.ts';

const namesOf = (args: readonly string[]): string[] =>
  scenariosOf(readOptions(args)).map(({ outage, phase, seconds }) => `${outage.name} ${phase} ${seconds}`);

describe('the outages that a command names', () => {
  it('are each service in each phase for each time, the longest first', () => {
    const scenarios = scenariosOf(readOptions([]));
    expect(scenarios).toHaveLength(4 * 4 * 4);
    const combinations = scenarios.map(({ outage, phase, seconds }) => `${outage.service} ${phase} ${seconds}`);
    expect(new Set(combinations).size).toBe(combinations.length);
    expect(scenarios.map(({ seconds }) => seconds)).toEqual(
      scenarios.map(({ seconds }) => seconds).sort((a, b) => b - a),
    );
  });

  it('fail each service in each way, also without --every-way', () => {
    const met = new Set(scenariosOf(readOptions([])).map(({ outage }) => outage.name));
    expect([...met].sort()).toEqual(outages.map(({ name }) => name).sort());
  });

  it('fail in each way in each phase with --every-way', () => {
    expect(namesOf(['--every-way', '--seconds', '5'])).toHaveLength(outages.length * phases.length);
  });

  it('can be one service, or one way of it', () => {
    expect(namesOf(['--outage', 'tables-403', '--phase', 'plan', '--seconds', '7'])).toEqual(['tables-403 plan 7']);
    expect(namesOf(['--outage', 'queue', '--phase', 'end', '--seconds', '5', '--every-way'])).toEqual([
      'queue-busy end 5',
      'queue-refused end 5',
    ]);
  });

  it.each(services)('have a way for %s', (service) => {
    expect(outages.some((outage) => outage.service === service)).toBe(true);
  });
});

it.each([['--outage', 'network'], ['--phase', 'late'], ['--seconds', '0'], ['--users', 'many'], ['--colour']])(
  'refuses %s %s',
  (...args) => {
    expect(() => readOptions(args)).toThrow(UsageError);
  },
);
