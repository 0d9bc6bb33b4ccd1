import { TableClient } from '@azure/data-tables';
import { AuthenticationRequiredError, ClientSecretCredential, CredentialUnavailableError } from '@azure/identity';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, it } from 'vitest';
import { UnavailableError } from '../../../shared/errors.ts';
import { unavailable } from '../../../shared/http/unavailable.ts';

/** What a promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => new Error('It was not rejected.'),
    (error: Error) => error,
  );

it('tables that cannot be reached are unavailable', async () => {
  const table = new TableClient('http://127.0.0.1:1/account', 'things', {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  const error = await rejection(table.getEntity('a', '1'));
  expect(unavailable(error)).toBeInstanceOf(UnavailableError);
  expect(unavailable(error)?.cause).toBe(error);
});

it('queues that cannot be reached are unavailable, also where each attempt has an error of its own', async () => {
  const address = 'Endpoint=sb://127.0.0.1:1;SharedAccessKeyName=a;SharedAccessKey=b;UseDevelopmentEmulator=true';
  const client = new ServiceBusClient(address, { retryOptions: { maxRetries: 0, timeoutInMs: 10_000 } });
  const error = await rejection(client.createSender('plans').sendMessages({ body: 1 }));
  await client.close();
  expect(unavailable(error)?.message).toContain('Service Bus');
  expect(unavailable(new AggregateError([error, error]))?.message).toContain('Service Bus');
  expect(unavailable(new AggregateError([error, new TypeError('x is not a function')]))).toBeUndefined();
});

it('an app that cannot sign in is unavailable', async () => {
  const credential = new ClientSecretCredential('11111111-2222-4333-8444-555555555555', 'app', 'secret', {
    authorityHost: 'https://127.0.0.1:1',
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  });
  const scope = 'https://storage.azure.com/.default';
  for (const error of [
    await rejection(credential.getToken(scope)),
    new CredentialUnavailableError('No managed identity endpoint found.'),
    new AuthenticationRequiredError({ scopes: [scope] }),
  ])
    expect([error.name, unavailable(error)?.message]).toEqual([error.name, expect.stringContaining('sign in')]);
});

it.each([new TypeError('x is not a function'), new Error('anything'), new RangeError('too large')])(
  '%s is a fault of the service itself',
  (error) => {
    expect(unavailable(error)).toBeUndefined();
  },
);

it.each([400, 404, 409, 412, 413])('an answer %d of Table Storage is a fault of the service itself', (statusCode) => {
  const error = Object.assign(new Error('told'), { name: 'RestError', statusCode });
  expect(unavailable(error)).toBeUndefined();
});
