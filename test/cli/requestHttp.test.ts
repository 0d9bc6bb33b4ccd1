import { createServer, type RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect, it, onTestFinished } from 'vitest';
import { requestHttp } from '../../cli/requestHttp.ts';
import { closeNow, listen } from '../support/listen.ts';

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  onTestFinished(() => closeNow(server));
  return (await listen(server)).url;
}

it('sends what it is given, and reads the answer', async () => {
  const url = await serve(async (request, response) => {
    const body = await text(request);
    const { method, headers } = request;
    response
      .writeHead(201, { 'Set-Cookie': ['a=1', 'b=2'], 'Retry-After': '3' })
      .end(JSON.stringify({ method, body, length: headers['content-length'], token: headers.authorization }));
  });
  const sent = { method: 'POST', headers: { Authorization: 'Bearer x' }, body: '{"name":"Zoë 山田"}' };
  const response = await requestHttp(url, sent);
  expect(response).toMatchObject({ status: 201, ok: true });
  expect(['Retry-After', 'set-cookie', 'x-none'].map(response.headers.get)).toEqual(['3', 'a=1, b=2', null]);
  const length = String(Buffer.byteLength(sent.body));
  expect(JSON.parse(await response.text())).toEqual({ method: 'POST', body: sent.body, length, token: 'Bearer x' });
});

it.each([301, 302, 303, 307, 308])('does not follow a redirection with %i', async (status) => {
  let requests = 0;
  const url = await serve((_, response) => {
    requests++;
    response.writeHead(status, { Location: '/elsewhere' }).end();
  });
  await expect(requestHttp(url, { headers: { Authorization: 'Bearer x' } })).rejects.toThrow(/redirection/);
  expect(requests).toBe(1);
});

it('an answer that is cut off is an error, and no shorter answer', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200, { 'Content-Length': '1000' });
    response.write('the beginning', () => response.destroy());
  });
  const response = await requestHttp(url, {});
  await expect(response.text()).rejects.toThrow(/aborted/);
});

it('an answer that does not come ends when the caller gives it up', async () => {
  const url = await serve(() => {});
  await expect(requestHttp(url, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/abort/);
});
