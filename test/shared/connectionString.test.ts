import { describe, expect, it } from 'vitest';
import { isLocalTables, isSafeServiceBus, isSafeTables } from '../../shared/connectionString.ts';

const KEY = 'SharedAccessKeyName=n;SharedAccessKey=a+b=';

describe('a connection string of Service Bus', () => {
  it.each([
    `Endpoint=sb://contoso.servicebus.windows.net/;${KEY}`,
    `Endpoint=sb://127.0.0.1:5672;${KEY};UseDevelopmentEmulator=true`,
    `Endpoint=sb://localhost;${KEY};UseDevelopmentEmulator=true;`,
    `Endpoint=sb://contoso.servicebus.windows.net/;${KEY};UseDevelopmentEmulator=false`,
  ])('is taken when it keeps to TLS or to this machine: %s', (text) => {
    expect(isSafeServiceBus(text)).toBe(true);
  });

  it.each([
    `Endpoint=sb://contoso.servicebus.windows.net/;${KEY};UseDevelopmentEmulator=true`,
    `Endpoint=sb://10.0.0.4;${KEY};usedevelopmentemulator=True`,
    `Endpoint=sb://127.0.0.1@contoso.com;${KEY};UseDevelopmentEmulator=true`,
    `Endpoint=sb://127.0.0.1;Endpoint=sb://contoso.com;${KEY};UseDevelopmentEmulator=true`,
    KEY,
    '',
  ])('is not taken when it does neither: %s', (text) => {
    expect(isSafeServiceBus(text)).toBe(false);
  });
});

describe('a connection string of Table Storage', () => {
  it.each([
    'UseDevelopmentStorage=true',
    'AccountName=a;AccountKey=a+b=;TableEndpoint=http://127.0.0.1:10002/a',
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a+b=;EndpointSuffix=core.windows.net',
    'AccountName=a;AccountKey=a+b=;EndpointSuffix=core.windows.net',
    'TableEndpoint=https://a.table.core.windows.net;SharedAccessSignature=sv=1',
  ])('is taken when it keeps to TLS or to this machine: %s', (text) => {
    expect(isSafeTables(text)).toBe(true);
  });

  it.each([
    'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a+b=;EndpointSuffix=core.windows.net',
    'AccountName=a;AccountKey=a+b=;TableEndpoint=http://10.0.0.4:10002/a',
    'UseDevelopmentStorage=true;DevelopmentStorageProxyUri=http://10.0.0.4',
    'UseDevelopmentStorage=false;DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a+b=',
    'TableEndpoint=http://localhost.contoso.com;SharedAccessSignature=sv=1',
  ])('is not taken when it does neither: %s', (text) => {
    expect(isSafeTables(text)).toBe(false);
  });

  it('may do without TLS only when every address is of this machine', () => {
    expect(isLocalTables('UseDevelopmentStorage=true')).toBe(true);
    expect(isLocalTables('AccountName=a;TableEndpoint=http://127.0.0.1:10002/a')).toBe(true);
    expect(isLocalTables('TableEndpoint=https://a.table.core.windows.net')).toBe(false);
  });
});
