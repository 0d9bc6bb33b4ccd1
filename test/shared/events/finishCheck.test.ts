import { expect, it } from 'vitest';
import { scheduleFinishChecksOn } from '../../../shared/events/finishCheck.ts';
import { NOW, sampleOperation } from '../../support/samples.ts';

it('many parts that finish in one interval have the operation checked once, after the last of them', async () => {
  const checks: number[] = [];
  let now = NOW;
  const sendFinishChecks = async (messages: readonly { at: number }[]): Promise<void> => {
    checks.push(...messages.map(({ at }) => at));
  };
  const scheduleFinishCheck = scheduleFinishChecksOn({ sendFinishChecks }, () => now);
  const operation = sampleOperation({ references: 5_000, pageCount: 5 });
  let last = 0;
  for (let part = 0; part < 100; part++, now += 300) {
    await scheduleFinishCheck(operation);
    last = now;
  }
  expect(checks.length).toBeLessThanOrEqual(3);
  expect(checks.at(-1)).toBeGreaterThan(last);
  expect((checks.at(-1) as number) - last).toBeLessThanOrEqual(15_000);
});

it('a small operation is checked within seconds, and a check that could not be queued is queued again', async () => {
  const checks: number[] = [];
  let isDown = true;
  const sendFinishChecks = async (messages: readonly { at: number }[]): Promise<void> => {
    if (isDown) throw new Error('Service Bus is away');
    checks.push(...messages.map(({ at }) => at));
  };
  const scheduleFinishCheck = scheduleFinishChecksOn({ sendFinishChecks }, () => NOW);
  const operation = sampleOperation({ references: 3, pageCount: 1 });
  await expect(scheduleFinishCheck(operation)).rejects.toThrow();
  isDown = false;
  await scheduleFinishCheck(operation);
  expect(checks).toHaveLength(1);
  expect((checks[0] as number) - NOW).toBeLessThanOrEqual(2_000);
});
