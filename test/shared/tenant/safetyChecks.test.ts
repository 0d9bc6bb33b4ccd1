import { describe, expect, it } from 'vitest';
import type { FactValue, TenantPolicy } from '../../../shared/tenant/policy.ts';
import { judgePolicy } from '../../../shared/tenant/safetyChecks.ts';
import { NOW } from '../../support/samples.ts';

const policy = (conditionalAccess: FactValue, securityDefaults: FactValue = 'no'): TenantPolicy => ({
  conditionalAccess: { value: conditionalAccess, at: NOW },
  securityDefaults: { value: securityDefaults, at: NOW },
});

describe('the policies of the tenant', () => {
  it('allow a change when neither asks for multifactor authentication', () => {
    expect(judgePolicy('enabled', [], policy('no'))).toEqual({ kind: 'allowed', notes: [], overrides: [] });
  });

  it('never stand against disabling', () => {
    for (const fact of ['yes', 'forbidden', 'unavailable'] as const)
      expect(judgePolicy('disabled', [], policy(fact, fact)).kind).toBe('allowed');
  });

  it.each(['enabled', 'enforced'] as const)('refuse %s beside Conditional Access', (target) => {
    expect(judgePolicy(target, [], policy('yes'))).toMatchObject({ kind: 'refused', code: 'conditionalAccess' });
  });

  it('refuse it beside security defaults', () => {
    expect(judgePolicy('enabled', [], policy('no', 'yes'))).toMatchObject({
      kind: 'refused',
      code: 'securityDefaults',
    });
  });

  it('say how to override, and record that it was done', () => {
    const refused = judgePolicy('enabled', [], policy('yes'));
    expect(refused.kind === 'refused' && refused.message).toContain('"acknowledge": ["conditionalAccess"]');
    expect(judgePolicy('enabled', ['conditionalAccess'], policy('yes'))).toMatchObject({
      kind: 'allowed',
      overrides: ['conditionalAccess'],
    });
    expect(judgePolicy('enabled', ['conditionalAccess'], policy('yes', 'yes'))).toMatchObject({ kind: 'refused' });
    expect(judgePolicy('enabled', ['conditionalAccess', 'securityDefaults'], policy('yes', 'yes'))).toMatchObject({
      overrides: ['conditionalAccess', 'securityDefaults'],
    });
  });

  it('are not said to be overridden when they would have allowed it', () => {
    expect(judgePolicy('enabled', ['conditionalAccess', 'securityDefaults'], policy('no'))).toMatchObject({
      overrides: [],
    });
  });

  it('never pass silently when a fact cannot be read', () => {
    expect(judgePolicy('enabled', [], policy('unavailable'))).toMatchObject({ kind: 'unknown' });
    expect(judgePolicy('enabled', [], policy('no', 'unavailable'))).toMatchObject({ kind: 'unknown' });
    expect(judgePolicy('enabled', [], policy('forbidden'))).toMatchObject({
      kind: 'refused',
      code: 'conditionalAccessUnknown',
    });
    expect(judgePolicy('enabled', ['conditionalAccess'], policy('forbidden'))).toMatchObject({
      kind: 'allowed',
      overrides: ['conditionalAccess'],
    });
  });

  it('cannot be in use without a licence, which is noted', () => {
    const verdict = judgePolicy('enabled', [], policy('unlicensed'));
    expect(verdict).toMatchObject({ kind: 'allowed', overrides: [] });
    expect(verdict.kind === 'allowed' && verdict.notes).toHaveLength(1);
  });
});
