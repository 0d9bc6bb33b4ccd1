import { createServer } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { ATTEMPTS, apiClient } from '../../cli/api.ts';
import { tooManyOperations } from '../../shared/stateChange/tooManyOperations.ts';
import { closeNow, listen } from '../support/listen.ts';

const refusal = tooManyOperations(100);
let close = async (): Promise<void> => {};
afterEach(() => close());

/** A service that refuses so many requests before it accepts one. */
async function serviceThatRefuses(times: number) {
  const ids: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ids.push(request.headers['operation-id']?.toString());
    const isRefused = ids.length <= times;
    response.writeHead(isRefused ? refusal.status : 202, isRefused ? refusal.headers : {});
    const { code, message } = refusal;
    response.end(JSON.stringify(isRefused ? { error: { code, message } } : {}));
  });
  const { url } = await listen(server);
  close = () => closeNow(server);
  const pauses: number[] = [];
  const notes: string[] = [];
  const api = apiClient(url, async () => undefined, {
    attempts: ATTEMPTS,
    wait: async (ms) => void pauses.push(ms),
    onRepeat: (why) => notes.push(why),
  });
  return { api, ids, pauses, notes };
}

it('waits as long as a 429 asks, says so, and sends the request again with the same id', async () => {
  const { api, ids, pauses, notes } = await serviceThatRefuses(2);
  expect((await api.post('state-changes', {}, 'an-id')).status).toBe(202);
  expect(ids).toEqual(['an-id', 'an-id', 'an-id']);
  expect(pauses).toEqual([15_000, 15_000]);
  expect(notes).toEqual(Array(2).fill('The service answered 429. The next attempt is in 15 s.'));
});

it('gives up after a few attempts, with the message of the service', async () => {
  const { api, ids } = await serviceThatRefuses(1_000);
  await expect(api.post('state-changes', {}, 'an-id')).rejects.toMatchObject({
    code: refusal.code,
    message: expect.stringContaining('MAX_OPEN_OPERATIONS_PER_CALLER'),
  });
  expect(ids).toHaveLength(ATTEMPTS);
});
