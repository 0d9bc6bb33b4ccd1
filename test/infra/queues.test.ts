import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import { queueNames } from '../../shared/queues/queues.ts';
import { deployments, resourcesOf } from './installation.ts';

const folder = new URL('../../functions/', import.meta.url);
const triggers = readdirSync(folder).flatMap((file) =>
  [...readFileSync(new URL(file, folder), 'utf8').matchAll(/app\.serviceBusQueue\('\w+', \{([\s\S]*?)handler/g)].map(
    ([, options]) => ({
      queue: /queueName: '([^']+)'/.exec(options ?? '')?.[1] ?? '',
      sessions: /isSessionsEnabled: true/.test(options ?? ''),
    }),
  ),
);

/** A queue that says nothing of one of these gets a default of Azure's, and each default loses or repeats work. */
const NEEDED = [
  'deadLetteringOnMessageExpiration',
  'defaultMessageTimeToLive',
  'duplicateDetectionHistoryTimeWindow',
  'lockDuration',
  'maxDeliveryCount',
  'requiresDuplicateDetection',
  'requiresSession',
];

it.each(deployments)('deploys the queues of queues.json as $name, just as the emulator has them', (deployment) => {
  const deployed = resourcesOf(deployment, 'Microsoft.ServiceBus/namespaces/queues').map(
    ({ name, properties }): [string, unknown] => [name.split('/')[1] ?? '', properties],
  );
  expect(Object.fromEntries(deployed)).toEqual(queues);
  expect(() => readQueueSettings(queues)).not.toThrow();
});

it.each(Object.entries(queues))('says everything of the queue %s', (_, properties) => {
  expect(Object.keys(properties).sort()).toEqual(NEEDED);
  expect(properties).toMatchObject({ requiresDuplicateDetection: true, deadLetteringOnMessageExpiration: true });
});

it('has two queues for planning, and one each for applying, telling users, telling the webhook, and sweeps', () => {
  expect(Object.keys(queues)).toEqual(['plans', 'expressplans', 'changes', 'notifications', 'events', 'sweeps']);
});

it('has a queue for every trigger, and for everything that is sent', () => {
  expect(triggers.length).toBeGreaterThan(0);
  for (const { queue } of triggers) expect(Object.keys(queues)).toContain(queue.replace('/$DeadLetterQueue', ''));
  for (const queue of Object.values(queueNames)) expect(Object.keys(queues)).toContain(queue);
});

it('has sessions where a trigger takes sessions, and only there', () => {
  for (const { queue, sessions } of triggers.filter((trigger) => !trigger.queue.includes('/')))
    expect(queues[queue as keyof typeof queues].requiresSession, queue).toBe(sessions);
});

it('records the dead letters of every queue that has work', () => {
  const working = triggers.map(({ queue }) => queue).filter((queue) => !queue.includes('/'));
  const dead = triggers.map(({ queue }) => queue).filter((queue) => queue.endsWith('/$DeadLetterQueue'));
  expect(dead.sort()).toEqual(working.map((queue) => `${queue}/$DeadLetterQueue`).sort());
});

it('remembers messages for longer than anything sends them again', () => {
  const recoveryMs = 60 * 60_000;
  for (const [name, { duplicateWindowMs }] of Object.entries(readQueueSettings(queues)))
    expect(duplicateWindowMs, name).toBeGreaterThan(recoveryMs);
});
