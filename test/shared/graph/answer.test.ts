import { describe, expect, it } from 'vitest';
import { readAnswer, wasNotCarriedOut } from '../../../shared/graph/answer.ts';
import { retryAfterMs } from '../../../shared/graph/retryAfter.ts';
import { NOW } from '../../support/samples.ts';

const headers = (values: Record<string, string>) => (name: string) => values[name];
const none = headers({});

describe('readAnswer', () => {
  it('is done for any success, and keeps the request id', () => {
    expect(readAnswer(204, headers({ 'request-id': 'r1' }), null, NOW)).toEqual({
      kind: 'ok',
      status: 204,
      body: null,
      requestId: 'r1',
    });
  });

  it.each([400, 403, 404, 410, 301])('is refused for %i', (status) => {
    expect(readAnswer(status, none, null, NOW)).toEqual({
      kind: 'refused',
      status,
      code: `http${status}`,
      message: '',
    });
  });

  it.each([100, 401, 408, 409, 423, 429, 500, 502, 503, 504, 509])('is to be asked again for %i', (status) => {
    expect(readAnswer(status, none, null, NOW)).toMatchObject({ kind: 'retry', status, throttled: status === 429 });
  });

  it('takes code and message of an error of Graph, and bears any other body', () => {
    const body = { error: { code: 'Request_BadRequest', message: 'no' } };
    expect(readAnswer(400, none, body, NOW)).toMatchObject({ code: 'Request_BadRequest', message: 'no' });
    for (const odd of ['<html>', 17, [], {}, { error: 'text' }, { error: { code: null } }, undefined])
      expect(readAnswer(400, none, odd, NOW)).toMatchObject({ code: 'http400', message: '' });
  });

  it.each([
    [{ 'request-id': 'from-header' }, 'from-body', 'from-header'],
    [{}, 'from-body', 'from-body'],
    [{}, undefined, undefined],
    [{}, 'not an id <script>', undefined],
  ])('keeps the request id of a refusal: header %j, body %j', (values, inBody, expected) => {
    const body = { error: { code: 'x', message: 'no', innerError: { 'request-id': inBody } } };
    expect(readAnswer(403, headers(values), body, NOW)).toMatchObject(
      expected === undefined ? { kind: 'refused' } : { kind: 'refused', requestId: expected },
    );
    if (expected === undefined) expect(readAnswer(403, headers(values), body, NOW)).not.toHaveProperty('requestId');
  });

  it('keeps a code and a message only as far as they are safe to show', () => {
    const message = `No for ada@contoso.com with Bearer abc.def\n at stack ${'x'.repeat(500)}`;
    const answer = readAnswer(400, none, { error: { code: 'a code <b>', message } }, NOW);
    expect(answer).toMatchObject({ code: 'http400', message: 'No for <address> with Bearer <secret>' });
    expect(readAnswer(400, none, { error: { message: 'x'.repeat(500) } }, NOW)).toMatchObject({
      message: 'x'.repeat(300),
    });
  });

  it('takes over how long to wait', () => {
    expect(readAnswer(503, headers({ 'retry-after': '3' }), null, NOW)).toMatchObject({ retryAfterMs: 3_000 });
  });
});

describe('wasNotCarriedOut', () => {
  it.each([
    [204, false],
    [401, true],
    [403, false],
    [409, false],
    [429, true],
    [500, false],
    [503, false],
  ])('of %i is %s', (status, expected) => {
    expect(wasNotCarriedOut(readAnswer(status, none, null, NOW))).toBe(expected);
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    [new Date(NOW + 5_000).toUTCString(), 5_000],
    [new Date(NOW - 5_000).toUTCString(), 0],
    ['soon', undefined],
    ['', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('reads %j as %j', (value, expected) => {
    expect(retryAfterMs(value, NOW)).toBe(expected);
  });
});
