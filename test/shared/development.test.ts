import { expect, it } from 'vitest';
import { isFromThisMachine } from '../../shared/development.ts';

const request = (headers: Record<string, string>, url = 'http://localhost:7071/api/operations') => ({
  url,
  headers: new Headers(headers),
});

it.each<Record<string, string>>([
  {},
  { host: 'localhost:7071' },
  { host: '127.0.0.1' },
  { host: '[::1]:7071' },
  { origin: 'http://localhost:3000' },
])('a request to this machine by its own name is of this machine: %j', (headers) => {
  expect(isFromThisMachine(request(headers))).toBe(true);
});

it.each<Record<string, string>>([
  { host: 'contoso.com' },
  { host: '10.0.0.4:7071' },
  { host: 'localhost.contoso.com' },
  { host: 'localhost, contoso.com' },
  { host: '' },
  { origin: 'https://contoso.com' },
  { origin: 'null' },
])('a request with another host name, or from a foreign page, is not: %j', (headers) => {
  expect(isFromThisMachine(request(headers))).toBe(false);
});

it('a request whose address is not of this machine is not, whatever its headers say', () => {
  expect(isFromThisMachine(request({ host: 'localhost' }, 'http://contoso.com/api/operations'))).toBe(false);
});
