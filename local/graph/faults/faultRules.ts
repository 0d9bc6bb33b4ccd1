import { type Random, seededRandom } from '../directory/random.ts';
import { type Fault, type FaultRule, faultRuleSchema } from './faultRule.ts';

/** The kind of a request, for a rule: `single` is not in a batch, `item` is in a batch, `envelope` is the batch. */
export type RequestKind = 'single' | 'item' | 'envelope';

/** A rule as it is listed, with how often it applied. */
export type ListedFaultRule = FaultRule & { readonly id: string; readonly fired: number };

interface ActiveRule {
  readonly id: string;
  readonly rule: ReturnType<typeof faultRuleSchema.parse>;
  readonly path: RegExp | undefined;
  readonly random: Random;
  /** Requests that matched, and those among them to which it applied. */
  matched: number;
  fired: number;
}

/**
 * Faults to inject. Whether a rule applies depends on the seed and on the order of the requests that match it, on
 * nothing else. The first rule that applies wins.
 */
export class FaultRules {
  /** A stream for the choices that a fault needs, such as which answers to leave out. */
  readonly choices: Random;
  readonly #seed: number;
  #rules: ActiveRule[] = [];
  readonly #totals = new Map<string, number>();
  #added = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.choices = seededRandom(seed ^ 0x3c6ef372);
  }

  /**
   * Adds a rule, behind the others unless it is to be the first, and returns its id. A rule with the same id is replaced.
   * @throws z.ZodError when the rule is not valid.
   */
  add(input: unknown): string {
    const rule = faultRuleSchema.parse(input);
    this.#added++;
    const id = rule.id ?? `fault-${this.#added}`;
    this.remove(id);
    const active: ActiveRule = {
      id,
      rule,
      path: rule.match.path === undefined ? undefined : new RegExp(rule.match.path),
      random: seededRandom(this.#seed * 1_000 + this.#added),
      matched: 0,
      fired: 0,
    };
    this.#rules = rule.first ? [active, ...this.#rules] : [...this.#rules, active];
    return id;
  }

  /** Removes one rule or, without an id, all. Returns how many there were. */
  remove(id?: string): number {
    const before = this.#rules.length;
    this.#rules = id === undefined ? [] : this.#rules.filter((active) => active.id !== id);
    return before - this.#rules.length;
  }

  /** How often each rule applied, by its id; rules that were removed or replaced since are included. */
  totals(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals);
  }

  list(): ListedFaultRule[] {
    return this.#rules.map(({ id, rule, fired }) => ({ ...rule, id, fired }));
  }

  /** The fault for a request, if any; counts it. `path` includes the version and the query. */
  next(kind: RequestKind, method: string, path: string): Fault | undefined {
    for (const active of this.#rules) {
      if (!matches(active, kind, method, path)) continue;
      const { times, probability, every = 1, after = 0 } = active.rule;
      const earlier = active.matched++;
      if (earlier < after || (earlier - after) % every !== 0) continue;
      if (times !== undefined && active.fired >= times) continue;
      if (probability !== undefined && active.random() >= probability) continue;
      active.fired++;
      this.#totals.set(active.id, (this.#totals.get(active.id) ?? 0) + 1);
      return active.rule.fault;
    }
    return undefined;
  }
}

function matches({ rule, path: pattern }: ActiveRule, kind: RequestKind, method: string, path: string): boolean {
  const { match, fault } = rule;
  const concernsBatch = 'omitItems' in fault || 'reorder' in fault;
  if (concernsBatch && kind !== 'envelope') return false;
  if (match.batchItem !== undefined && match.batchItem !== (kind === 'item')) return false;
  if (match.batchEnvelope !== undefined && match.batchEnvelope !== (kind === 'envelope')) return false;
  if (match.method !== undefined && match.method !== method) return false;
  return pattern === undefined || pattern.test(path);
}
