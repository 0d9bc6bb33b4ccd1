import { auditRules } from './auditRules.ts';
import { auditTableRules } from './auditTableRules.ts';
import { type Case, casesOf } from './cases.ts';
import type { Evidence, OperationEvidence } from './evidence.ts';
import type { Finding, Violation } from './finding.ts';
import { justificationRules } from './justificationRules.ts';
import { limitRules } from './limitRules.ts';
import { operationRules } from './operationRules.ts';
import { outcomeRules } from './outcomeRules.ts';
import { registrationRules } from './registrationRules.ts';
import { userRules } from './userRules.ts';
import { type UserEvidence, usersOf } from './users.ts';

/** The evidence as it is, and sorted by what rules look at. */
interface Facts {
  readonly evidence: Evidence;
  readonly operations: readonly OperationEvidence[];
  readonly cases: readonly Case[];
  readonly users: readonly UserEvidence[];
}

/** Something that must hold. Finds where it does not. */
type Rule<T> = (subject: T, evidence: Evidence) => Iterable<Violation>;

/** A rule with its name, which finds all violations in all evidence. */
export interface NamedRule {
  readonly name: string;
  readonly find: (facts: Facts) => Finding[];
}

/** All rules, in the order of the report: from lost operations to missing records. */
export const rules: readonly NamedRule[] = [
  ...over(({ operations }) => operations, operationRules),
  ...over(({ users }) => users, userRules),
  ...over(({ cases }) => cases, outcomeRules),
  ...over(({ cases }) => cases, justificationRules),
  ...over(({ evidence }) => [evidence], limitRules),
  ...over(({ cases }) => cases, auditRules),
  ...over(({ evidence }) => [evidence], auditTableRules),
  ...over(({ evidence }) => [evidence], registrationRules),
];

/** Finds every disagreement between the answers to clients, the API, the audit record and the ledger. */
export function judge(evidence: Evidence, by: readonly NamedRule[] = rules): Finding[] {
  const { operations } = evidence;
  const facts = { evidence, operations, cases: casesOf(evidence), users: usersOf(evidence) };
  return by.flatMap(({ find }) => find(facts));
}

/** Applies each rule to each of the subjects. */
function over<T>(subjectsOf: (facts: Facts) => readonly T[], named: Readonly<Record<string, Rule<T>>>): NamedRule[] {
  return Object.entries(named).map(([name, rule]) => ({
    name,
    find: (facts) =>
      subjectsOf(facts).flatMap((subject) =>
        [...rule(subject, facts.evidence)].map((violation) => ({ ...violation, rule: name })),
      ),
  }));
}
