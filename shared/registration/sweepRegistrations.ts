import { randomUUID } from 'node:crypto';
import type { Settings } from '../config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type AdvanceEnd, type AdvanceSweepDependencies, advanceSweep } from './advanceSweep.ts';
import { measureSweep } from './measureSweep.ts';
import { maxReminders, remindRules } from './remind.ts';
import type { Sweep } from './sweep.ts';

const DAY_MS = 24 * 60 * 60_000;

type SetByRules = 'newId' | 'promote' | 'stuckAfterMs' | 'remind' | 'maxReminders' | 'budgetMs';
export type SweepParts = Omit<AdvanceSweepDependencies, SetByRules> & {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
};

/** The summary of one invocation, for the log. */
export interface SweepSummary extends Partial<Omit<Sweep, 'id' | 'step'>> {
  readonly end: AdvanceEnd;
  readonly sweep: number | undefined;
  /** The highest memory use of the process so far: it must not grow with the tenant. */
  readonly peakMegabytes: number;
}

/**
 * One invocation of the registration sweep with the rules in the settings, and its measurements.
 * @param upTo begins a new sweep only when the last one has a smaller number
 */
export async function sweepRegistrations(parts: SweepParts, upTo?: number): Promise<SweepSummary> {
  const { settings, telemetry } = parts;
  const { end, sweep } = await advanceSweep({
    ...parts,
    ...(upTo === undefined ? {} : { upTo }),
    newId: randomUUID,
    promote: settings.PROMOTE_REGISTERED,
    stuckAfterMs: settings.STUCK_AFTER_DAYS * DAY_MS,
    remind: remindRules(settings),
    maxReminders: maxReminders(settings),
    budgetMs: settings.REGISTRATION_SWEEP_BUDGET_SECONDS * 1000,
  });
  measureSweep(telemetry, end, sweep);
  const { number, listed, users, entries, promoted, reminded, requests, resumed, notes, problem } = sweep ?? {};
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    end,
    sweep: number,
    listed,
    users,
    entries,
    promoted,
    reminded,
    requests,
    resumed,
    notes,
    problem,
    peakMegabytes,
  };
}
