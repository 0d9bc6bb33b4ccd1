import { expect, test } from 'vitest';
import { graphUseBetween, perChunk, throttledShare } from '../../../bench/measure/graphUse.ts';
import { newCounters } from '../../../local/graph/counters.ts';

const before = { ...newCounters(), httpRequests: 5, requests: { 'users.list': 5 } };
const after = {
  ...newCounters(),
  httpRequests: 15,
  requests: { 'users.list': 5, 'requirements.update': 8 },
  batchItems: { 'requirements.update': 32 },
  throttled: { writes: 10 },
};

test('Requests are counted alone and in batches alike, and only those since.', () => {
  expect(graphUseBetween(before, after)).toEqual({
    httpRequests: 10,
    requests: { 'requirements.update': 40 },
    throttled: 10,
  });
});

test('What was throttled is a share of the requests, and not of the batches.', () => {
  expect(throttledShare(graphUseBetween(before, after))).toBe(0.25);
  expect(throttledShare(graphUseBetween(after, after))).toBe(0);
});

test('A batch is one request for its chunk.', () => {
  expect(perChunk(graphUseBetween(before, after), 5)).toEqual({ httpRequests: 2, 'requirements.update': 8 });
});
