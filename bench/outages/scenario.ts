import type { Failure } from './gate.ts';

export const services = ['tables', 'queue', 'graph', 'signIn'] as const;
export type Service = (typeof services)[number];

/** One way in which a service is out. */
export interface Outage {
  readonly service: Service;
  /** The name of the outage: service and way. */
  readonly name: string;
  /** `busy` is the refusal of Service Bus; `items` fails each request within a batch of Graph, and answers the batch. */
  readonly way: Failure | 'busy' | 'items';
  /** What a line of the log says of it. */
  readonly cause: RegExp;
}

const outage = (service: Service, way: Outage['way'], cause: RegExp): Outage => ({
  service,
  name: `${service}-${way}`,
  way,
  cause,
});

const UNREACHABLE = /ECONNREFUSED|ECONNRESET|socket hang up|other side closed/;

/** Every outage, in the order of the report. */
export const outages: readonly Outage[] = [
  outage('tables', 503, /\b503\b/),
  outage('tables', 403, /\b403\b/),
  outage('tables', 'refused', UNREACHABLE),
  outage('queue', 'busy', /busy|throttled/i),
  outage('queue', 'refused', /ECONNREFUSED|ECONNRESET|ServiceCommunicationProblem|connection was lost/i),
  outage('graph', 503, /\b503\b/),
  outage('graph', 'items', /\b503\b/),
  outage('graph', 'refused', UNREACHABLE),
  outage('graph', 'hangs', /timeout|aborted|other side closed|ECONNRESET/i),
  outage('signIn', 503, /\b503\b|ManagedIdentity|CredentialUnavailable|AuthenticationError/i),
  outage('signIn', 'refused', /ECONNREFUSED|ECONNRESET|ManagedIdentity|CredentialUnavailable|AuthenticationError/i),
];

/**
 * When the outage begins.
 * - `accept`: before the request, which is repeated until it is accepted
 * - `plan`: right after the request was accepted
 * - `apply`: when a tenth of the users are written
 * - `end`: when nine tenths are written, and messages that the service cannot read become dead letters
 */
export const phases = ['accept', 'plan', 'apply', 'end'] as const;
export type Phase = (typeof phases)[number];

export const durations = [5, 30, 120, 1_200] as const;

/** One outage of a running service. */
export interface Scenario {
  readonly outage: Outage;
  readonly phase: Phase;
  readonly seconds: number;
}

export interface Selection {
  /** Names of services or of outages; all when empty. */
  readonly outages: readonly string[];
  readonly phases: readonly Phase[];
  readonly seconds: readonly number[];
  /** Each way of each service, not one after another in turn. */
  readonly everyWay: boolean;
}

/**
 * The scenarios of a campaign, the longest first. Each service is out for each time in each phase; the ways of a service
 * take turns, unless each is wanted.
 */
export function scenariosOf(selection: Selection): Scenario[] {
  const { outages: names, phases: chosenPhases, everyWay } = selection;
  const chosen = outages.filter(
    ({ name, service }) => names.length === 0 || names.includes(name) || names.includes(service),
  );
  const seconds = [...selection.seconds].sort((a, b) => b - a);
  return seconds.flatMap((length, row) =>
    services.flatMap((service) => {
      const ways = chosen.filter((one) => one.service === service);
      return chosenPhases.flatMap((phase, column) => {
        const turn = ways[(row + column) % Math.max(1, ways.length)];
        const taken = everyWay ? ways : turn === undefined ? [] : [turn];
        return taken.map((one): Scenario => ({ outage: one, phase, seconds: length }));
      });
    }),
  );
}
