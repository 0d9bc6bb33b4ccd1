import type { RegisteredMethods } from '../graph/methods.ts';
import type { ReconcileRules } from './observedUser.ts';
import type { OutsideStep } from './reconcileState.ts';
import type { Finding, UserHistory } from './userHistory.ts';

/** A time during which a user is enabled. Times are ISO 8601. */
interface Episode {
  /** Identifies the episode. */
  readonly since: string;
  /** The user was enabled after this time. The same as `since` when the time is known. */
  readonly after: string;
  /** Undefined while the user is enabled. */
  readonly until: string | undefined;
}

/** The clocks of Entra and of this service may differ. */
const CLOCKS_DIFFER_MS = 60_000;

/** What was read about the registration of a user. */
export interface ReadRegistration {
  /** Undefined when the methods were not read. */
  readonly methods: RegisteredMethods | undefined;
  /** When the user registered security infos, according to the audit log of Entra. */
  readonly audited: readonly string[];
}

/**
 * The episodes of a user that this sweep can judge: those that ended because the user was enforced, and the current one.
 * @param enabledSince the current episode; empty while the user is not enabled
 */
function episodesOf(steps: readonly OutsideStep[], enabledSince: string): Episode[] {
  const episodes: Episode[] = [];
  let begun: OutsideStep | undefined;
  for (const step of steps) {
    const since = begun?.at ?? step.enabledSince;
    if (step.from === 'enabled' && step.to === 'enforced' && since !== '')
      episodes.push({ since, after: begun?.after ?? since, until: step.at });
    begun = step.to === 'enabled' ? step : undefined;
  }
  if (enabledSince !== '')
    episodes.push({ since: enabledSince, after: begun?.after ?? enabledSince, until: undefined });
  return episodes;
}

/**
 * Whether the user has registered while enabled, or had registered before: one finding for each episode without one. Only
 * the user's methods prove a registration.
 */
export function registrationFindings(
  steps: readonly OutsideStep[],
  enabledSince: string,
  registration: ReadRegistration,
  before: UserHistory,
  rules: ReconcileRules,
): { readonly findings: readonly Finding[]; readonly recordedEpisode: string } {
  const { methods } = registration;
  if (methods?.registered !== true) return { findings: [], recordedEpisode: before.recordedEpisode };
  const episodes = episodesOf(steps, enabledSince).filter(({ since }) => since !== before.recordedEpisode);
  const findings = episodes.flatMap((episode) => findingOf(episode, methods, registration.audited, before, rules));
  return { findings, recordedEpisode: episodes.at(-1)?.since ?? before.recordedEpisode };
}

function findingOf(
  episode: Episode,
  { since }: RegisteredMethods,
  audited: readonly string[],
  before: UserHistory,
  { now }: ReconcileRules,
): Finding[] {
  const { after, until } = episode;
  const found = new Date(now).toISOString();
  const common = { to: 'enabled', at: found, id: episode.since } as const;
  if (since !== null) {
    if (until !== undefined && Date.parse(since) > Date.parse(until) + CLOCKS_DIFFER_MS) return []; // registered later
    const isLater = since >= after;
    const at = isLater && since < found ? since : found;
    return [{ ...common, event: isLater ? 'registrationCompleted' : 'alreadyRegistered', at, methodCreatedAt: since }];
  }
  const inEpisode = audited.find((at) => at >= after && (until === undefined || at <= until));
  const wasNot = before.unregisteredEpisode === episode.since;
  if (before.registered === true || (inEpisode === undefined && !wasNot))
    return [{ ...common, event: 'alreadyRegistered' }];
  if (inEpisode !== undefined) return [{ ...common, event: 'registrationCompleted', at: inEpisode }];
  return [{ ...common, event: 'registrationCompleted', between: { from: after, to: found } }];
}
