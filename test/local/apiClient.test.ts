import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiError, apiClient, isOver } from '../../local/apiClient.ts';
import { closeNow, listen } from '../support/listen.ts';
import { sampleItems, sampleOperation } from './sampleOperation.ts';

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

interface Seen {
  readonly request: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

/** Something that answers like the API, and remembers what it was asked. */
async function serve(answers: (url: string, base: string) => { status: number; body: unknown }) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    seen.push({
      request: `${request.method} ${request.url}`,
      contentType: request.headers['content-type'],
      body: await text(request),
    });
    const { status, body } = answers(request.url ?? '', base);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const base = `${(await listen(server)).url}/api`;
  close = () => closeNow(server);
  return { seen, api: apiClient(base) };
}

const query = { state: 'enabled', reason: 'Wave 1 & 2' };

describe('apiClient', () => {
  it('sends the file as it is, with the state and the reason beside it', async () => {
    const { api, seen } = await serve(() => ({ status: 202, body: sampleOperation }));
    expect(await api.requestChange('user\r\na@x.org\r\n', query)).toMatchObject({ id: 'op-1', references: 7 });
    expect(seen).toEqual([
      {
        request: 'POST /api/state-changes?state=enabled&reason=Wave+1+%26+2',
        contentType: 'text/csv',
        body: 'user\r\na@x.org\r\n',
      },
    ]);
  });

  it('reads the items of all pages in order', async () => {
    const { api } = await serve((url, base) => {
      const page = Number(/page=(\d)/.exec(url)?.[1] ?? 0);
      const nextLink = page < 2 ? { nextLink: `${base}/operations/op-1/items?page=${page + 1}` } : {};
      return { status: 200, body: { value: sampleItems.slice(page * 3, page * 3 + 3), ...nextLink } };
    });
    const read = [];
    for await (const item of api.items('op-1')) read.push(item);
    expect(read).toEqual(sampleItems);
  });

  it('lists the ids of all operations, page by page', async () => {
    const { api } = await serve((url, base) => {
      const last = url.includes('page=1');
      const value = [{ ...sampleOperation, id: last ? 'op-1' : 'op-2' }];
      return { status: 200, body: { value, ...(last ? {} : { nextLink: `${base}/operations?page=1` }) } };
    });
    const ids = [];
    for await (const id of api.operationIds()) ids.push(id);
    expect(ids).toEqual(['op-2', 'op-1']);
  });

  it('finds an operation, or none where the API knows none', async () => {
    const { api } = await serve((url) =>
      url.endsWith('op-1')
        ? { status: 200, body: sampleOperation }
        : { status: url.endsWith('op-2') ? 404 : 500, body: {} },
    );
    expect(await api.findOperation('op-1')).toEqual(sampleOperation);
    expect(await api.findOperation('op-2')).toBeUndefined();
    await expect(api.findOperation('op-3')).rejects.toMatchObject({ name: 'ApiError', status: 500 });
  });

  it('says everything that an error answer says', async () => {
    const details = Array.from({ length: 12 }, (_, number) => ({
      code: 'Invalid',
      message: 'is no name',
      target: `users[${number}]`,
    }));
    const { api } = await serve(() => ({
      status: 400,
      body: { error: { code: 'InvalidRequest', message: 'The request is not valid.', details } },
    }));
    const error = await api.requestChange('', query).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    const lines = (error as Error).message.split('\n');
    expect(lines[0]).toBe('The API answered 400 InvalidRequest: The request is not valid.');
    expect(lines[1]).toBe('  users[0]: is no name');
    expect(lines.at(-1)).toBe('  … and 2 more');
    expect(lines).toHaveLength(12);
  });

  it('shows an answer that is not of the API as it is', async () => {
    const { api } = await serve(() => ({ status: 502, body: 'Bad gateway' }));
    await expect(api.operation('op-1')).rejects.toThrow('The API answered 502: Bad gateway');
  });
});

it.each([
  ['NotStarted', false],
  ['AwaitingApproval', false],
  ['Running', false],
  ['Succeeded', true],
  ['PartiallySucceeded', true],
  ['Failed', true],
  ['Canceled', true],
] as const)('an operation that is %s has finished: %s', (status, over) => {
  expect(isOver({ status })).toBe(over);
});
