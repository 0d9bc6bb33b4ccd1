import { expect, test } from 'vitest';
import { findServiceBusAddress } from '../../../../local/functions-host/service-bus/connections.ts';

test('a connection is a connection string', () => {
  expect(findServiceBusAddress('Bus', { Bus: 'Endpoint=sb://x' })).toEqual({ connectionString: 'Endpoint=sb://x' });
});

test('or the name of a namespace, with an identity', () => {
  expect(
    findServiceBusAddress('Bus', {
      Bus__fullyQualifiedNamespace: 'x.servicebus.windows.net',
      Bus__clientId: 'some-client',
    }),
  ).toEqual({ fullyQualifiedNamespace: 'x.servicebus.windows.net', clientId: 'some-client' });
});

test('the prefixed name goes first, and no name means ServiceBus', () => {
  expect(findServiceBusAddress('', { ServiceBus: 'b', AzureWebJobsServiceBus: 'a' })).toEqual({
    connectionString: 'a',
  });
});

test('a connection that is not set is an error that says what to set', () => {
  expect(() => findServiceBusAddress('Bus', { Bus: '' })).toThrow(/set Bus to a connection string/);
});
