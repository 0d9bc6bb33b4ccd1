import { randomUUID } from 'node:crypto';
import type { Settings } from '../config.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { type AdvanceEnd, type AdvanceSweepDependencies, advanceSweep } from './advanceSweep.ts';
import { measureSweep } from './measureSweep.ts';
import { mostReminders, remindRules } from './remind.ts';
import type { Sweep } from './sweep.ts';

const DAY_MS = 24 * 60 * 60_000;

type SetByRules = 'newId' | 'promote' | 'stuckAfterMs' | 'remind' | 'mostReminders' | 'budgetMs';
type RunParts = Omit<AdvanceSweepDependencies, SetByRules> & {
  readonly settings: Settings;
  readonly telemetry: Telemetry;
};

/** The summary of one run, for the log. */
export interface SweepSummary extends Partial<Omit<Sweep, 'id' | 'step'>> {
  readonly end: AdvanceEnd;
  readonly sweep: number | undefined;
  /** The most memory that the process has used so far: it must not grow with the tenant. */
  readonly peakMegabytes: number;
}

/** One run of the registration sweep as the settings say, with its measurements. */
export async function sweepRegistrations(parts: RunParts): Promise<SweepSummary> {
  const { settings, telemetry } = parts;
  const { end, sweep } = await advanceSweep({
    ...parts,
    newId: randomUUID,
    promote: settings.PROMOTE_REGISTERED,
    stuckAfterMs: settings.STUCK_AFTER_DAYS * DAY_MS,
    remind: remindRules(settings),
    mostReminders: mostReminders(settings),
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
