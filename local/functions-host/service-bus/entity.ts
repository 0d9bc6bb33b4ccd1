import type { ServiceBusClient, ServiceBusReceiver } from '@azure/service-bus';
import type { HostedFunction, ServiceBusTrigger } from '../app/hostedFunction.ts';

const DEAD_LETTERS = /\/\$deadletterqueue$/i;

/** The entity of a trigger as one name: `queue`, `queue/$DeadLetterQueue` or `topic/Subscriptions/name`. */
export function entityName({ name, trigger }: HostedFunction<ServiceBusTrigger>): string {
  if (trigger.queueName) return trigger.queueName;
  if (trigger.topicName && trigger.subscriptionName) {
    return `${trigger.topicName}/Subscriptions/${trigger.subscriptionName}`;
  }
  throw new Error(`Function '${name}' names neither a queue nor a topic with a subscription.`);
}

/** A receiver for a queue or subscription without sessions, or for its dead letters. */
export function createReceiver(
  client: ServiceBusClient,
  { trigger }: HostedFunction<ServiceBusTrigger>,
): ServiceBusReceiver {
  const entity = trigger.queueName ?? trigger.subscriptionName ?? '';
  const options = {
    receiveMode: 'peekLock' as const,
    maxAutoLockRenewalDurationInMs: 0, // the pump renews
    skipParsingBodyAsJson: true,
    skipConvertingDate: true,
    ...(DEAD_LETTERS.test(entity) && { subQueueType: 'deadLetter' as const }),
  };
  const name = entity.replace(DEAD_LETTERS, '');
  return trigger.queueName
    ? client.createReceiver(name, options)
    : client.createReceiver(trigger.topicName as string, name, options);
}
