import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from '../../../shared/graph/answer.ts';
import type { GraphRequest, SendToGraph } from '../../../shared/graph/graph.ts';
import { sendPatiently } from '../../../shared/graph/patience.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const HUNG = 'hung';

interface Sent {
  readonly paths: readonly string[];
  readonly signal: AbortSignal;
}

/** A Graph that answers at once, except batches with the path of a hung request. */
function graphThat(answersBatches = true) {
  const graph: SendToGraph = async () => ok('');
  const sent: Sent[] = [];
  const sendBatch = (requests: readonly GraphRequest[], signal: AbortSignal): Promise<Answer[]> => {
    const paths = requests.map(({ path }) => path);
    sent.push({ paths, signal });
    if (!answersBatches || paths.includes(HUNG)) return new Promise(() => {});
    return Promise.resolve(paths.map(ok));
  };
  const send = (paths: readonly string[], method: 'GET' | 'PATCH' = 'GET') =>
    sendPatiently(
      graph,
      paths.map((path) => ({ method, path })),
      sendBatch,
    );
  return { send, sent };
}

function ok(body: string): Answer {
  return { kind: 'ok', status: 200, body, requestId: undefined };
}

const late = { kind: 'retry', status: 0, code: 'timeout' };

describe('a batch of reads that is late', () => {
  it('is asked again, each request alone, and only the late request has no answer', async () => {
    const { send, sent } = graphThat();
    await send(['before']);
    expect(await resultAfter(2_200, send(['a', HUNG, 'b']))).toMatchObject([
      ok('a'),
      { ...late, ofItem: true },
      ok('b'),
    ]);
    expect(sent.slice(1).map(({ paths }) => paths)).toEqual([['a', HUNG, 'b'], ['a'], [HUNG], ['b']]);
    expect(sent.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true, true, true]);
  });

  it('of a single request is given up', async () => {
    const { send } = graphThat();
    await send(['before']);
    expect(await resultAfter(1_700, send([HUNG]))).toMatchObject([{ ...late, ofItem: true }]);
  });

  it('is waited for while Graph has answered nothing yet', async () => {
    const { send, sent } = graphThat(false);
    expect(await resultAfter(60_000, send(['a', 'b']))).toBe('pending');
    expect(sent).toHaveLength(1);
  });

  it('is waited for while two others are asked again, because then Graph is slow', async () => {
    const { send, sent } = graphThat();
    await send(['before']);
    const batches = ['a', 'b', 'c', 'd'].map((name) => send([name, HUNG]));
    expect(await resultAfter(60_000, Promise.all(batches))).toBe('pending');
    expect(await resultAfter(0, Promise.any(batches))).not.toBe('pending');
    expect(sent.filter(({ paths }) => paths.length === 1)).toHaveLength(1 + 2 * 2);
  });
});

it('batches of a Graph that has become slow are asked again once', async () => {
  const sent: number[] = [];
  let tookMs = 10;
  const graph: SendToGraph = async () => ok('');
  const send = (): Promise<Answer[]> =>
    sendPatiently(
      graph,
      ['a', 'b'].map((path) => ({ method: 'GET', path })),
      async (requests) => {
        sent.push(requests.length);
        await new Promise((resolve) => setTimeout(resolve, tookMs));
        return requests.map(({ path }) => ok(path));
      },
    );
  await resultAfter(100, send());
  tookMs = 400;
  await resultAfter(2_000, send());
  await resultAfter(2_000, send());
  expect(sent).toEqual([2, 2, 1, 1, 2]);
});

it('a batch of writes that is late is given up whole, and sent once', async () => {
  const { send, sent } = graphThat();
  await send(['before'], 'PATCH');
  const writes = send(['a', HUNG], 'PATCH');
  expect(await resultAfter(4_000, writes)).toBe('pending');
  const answers = await resultAfter(1_500, writes);
  expect(answers).toMatchObject([late, late]);
  expect(answers).not.toMatchObject([{ ofItem: true }]);
  expect(sent).toHaveLength(2);
});

/** What has become of work when this time has passed. */
async function resultAfter<T>(ms: number, work: Promise<T>): Promise<T | 'pending'> {
  let result: T | 'pending' = 'pending';
  void work.then((value) => {
    result = value;
  });
  await vi.advanceTimersByTimeAsync(ms);
  return result;
}
