import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import queues from '../../infra/queues.json' with { type: 'json' };
import { readQueueSettings } from '../../local/service-bus/settings.ts';
import { queueNames } from '../../shared/queues/queues.ts';
import { fileOf, resourcesOf } from './installation.ts';

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

it('deploys the queues of queues.json, just as the emulator has them', () => {
  const [queue] = resourcesOf('Microsoft.ServiceBus/namespaces/queues');
  expect(queue?.loop).toBe('items(queues)');
  expect(String(queue?.body.name)).toBe('entry.key');
  expect(String(queue?.body.properties)).toBe('entry.value');
  expect(String(fileOf('modules/serviceBus.bicep').variables.get('queues'))).toBe("loadJsonContent('../queues.json')");
  expect(() => readQueueSettings(queues)).not.toThrow();
});

it.each(Object.entries(queues))('says everything of the queue %s', (_, properties) => {
  expect(Object.keys(properties).sort()).toEqual(NEEDED);
  expect(properties).toMatchObject({ requiresDuplicateDetection: true, deadLetteringOnMessageExpiration: true });
});

it('has a queue each for planning, applying, telling users, and telling the webhook', () => {
  expect(Object.keys(queues)).toEqual(['plans', 'changes', 'notifications', 'events']);
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
