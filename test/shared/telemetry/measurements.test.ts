import { expect, it } from 'vitest';
import { measureGrant } from '../../../shared/pace/measureGrant.ts';
import { measureSweep } from '../../../shared/registration/measureSweep.ts';
import { newSweep } from '../../../shared/registration/sweep.ts';
import { measureGivenUp, measureMessage } from '../../../shared/telemetry/measurements.ts';
import { recorder } from '../../support/recorder.ts';

it('an applied chunk has its time, its age and its outcomes', () => {
  const telemetry = recorder();
  const summary = { users: 3, outcomes: { applied: 2, failed: 1 }, codes: { accessDenied: 1 }, rounds: 0 };
  measureMessage(telemetry, { step: 'applyStateChange', ms: 1_500, queuedMs: 20, summary });
  expect(telemetry.records).toEqual([
    ['queueAge', 0.02, { 'faas.name': 'applyStateChange' }],
    ['chunkDuration', 1.5],
    ['changes', 2, { 'mfa.outcome': 'applied' }],
    ['changes', 1, { 'mfa.outcome': 'failed' }],
  ]);
});

it('other messages have their age, as far as the host tells it, and the outcomes that they brought about', () => {
  const telemetry = recorder();
  measureMessage(telemetry, { step: 'planStateChange', ms: 5, summary: { references: 9, outcomes: { refused: 4 } } });
  measureMessage(telemetry, { step: 'sendNotification', ms: 5, queuedMs: 0, summary: { sent: 1 } });
  measureGivenUp(telemetry, 20);
  expect(telemetry.records).toEqual([
    ['changes', 4, { 'mfa.outcome': 'refused' }],
    ['queueAge', 0, { 'faas.name': 'sendNotification' }],
    ['changes', 20, { 'mfa.outcome': 'failed' }],
  ]);
});

it('a grant has its wait, and how much of the quota is used with it', () => {
  const telemetry = recorder();
  measureGrant(telemetry, { waitMs: 2_500, used: 0.97 });
  expect(telemetry.records).toEqual([
    ['laneWait', 2.5],
    ['quotaUsed', 0.97],
  ]);
});

it('a registration sweep is measured when it was completed, and not before', () => {
  const telemetry = recorder();
  const sweep = { ...newSweep('a', 0, undefined), users: { enabled_yes: 3 }, entries: { stuckEnabled: 2 } };
  for (const end of ['outOfTime', 'skipped', 'takenOver'] as const) measureSweep(telemetry, end, sweep);
  expect(telemetry.records).toEqual([]);
  measureSweep(telemetry, 'completed', sweep);
  expect(telemetry.records[0]).toEqual(['auditFindings', 2, { 'mfa.event': 'stuckEnabled' }]);
  expect(telemetry.records).toContainEqual(['users', 3, { 'mfa.state': 'enabled', 'mfa.registered': 'yes' }]);
  // A gauge keeps its last value, so every list without users is measured too.
  const empty = telemetry.records.filter(([name, value]) => name === 'users' && value === 0);
  expect(empty).toHaveLength(11);
  expect(empty).toContainEqual(['users', 0, { 'mfa.state': 'unknown', 'mfa.registered': 'unknown' }]);
});
