import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findIssuer } from '../../../local/token/issuer.ts';
import { closeNow, listen } from '../../support/listen.ts';

let server: Server;
let apiUrl: string;
let answer: { status: number; challenge?: string };

beforeAll(async () => {
  server = createServer((_, response) => {
    const headers = answer.challenge === undefined ? {} : { 'www-authenticate': answer.challenge };
    response.writeHead(answer.status, headers).end();
  });
  apiUrl = `${(await listen(server)).url}/api`;
});
afterAll(() => closeNow(server));

it('the issuer is the one that the API names to who comes without a token', async () => {
  answer = {
    status: 401,
    challenge: 'Bearer authorization_uri="http://127.0.0.1:7072/a-tenant/oauth2/v2.0/authorize"',
  };
  expect(await findIssuer(apiUrl)).toBe('http://127.0.0.1:7072');
});

it.each([
  [{ status: 200 }, 'needs no token'],
  [{ status: 404 }, 'is not this API'],
  [{ status: 401, challenge: 'Basic realm="x"' }, 'is not this API'],
  [{ status: 401, challenge: 'Bearer authorization_uri="https://login.microsoftonline.com/t/v2.0"' }, 'real tenant'],
])('an API that answers with %j gives no token, and it is said why', async (given, why) => {
  answer = given;
  await expect(findIssuer(apiUrl)).rejects.toThrow(why);
});

it('a service that does not run gives no token, and it is said how to start it', async () => {
  await expect(findIssuer('http://127.0.0.1:1/api')).rejects.toThrow('npm start -- --auth entra');
});
