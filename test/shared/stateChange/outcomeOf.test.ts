import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../shared/graph/answer.ts';
import type { Chunk } from '../../../shared/operations/chunk.ts';
import type { Decision } from '../../../shared/stateChange/decision.ts';
import { MAY_HAVE_WRITTEN } from '../../../shared/stateChange/earlierWrite.ts';
import { outcomeOf } from '../../../shared/stateChange/outcomeOf.ts';
import { sampleOperation } from '../../support/samples.ts';

const at = '2026-03-02T08:00:00.000Z';
const chunk: Chunk = { key: 'chunk-00000-00-000', lane: '00', users: [], notes: [], overrides: [], etag: 'W/"1"' };
const inChunk = (overrides: Chunk['overrides'] = []) => ({
  operation: sampleOperation(),
  chunk: { ...chunk, overrides },
  at,
});
const done: Answer = { kind: 'ok', status: 204, body: undefined, requestId: 'request-1' };
const write: Decision = { kind: 'write', from: 'disabled', overrides: [] };

describe('the outcome of a write', () => {
  it('is applied when Graph acknowledged it', () => {
    expect(outcomeOf(write, done, inChunk())).toEqual({
      outcome: 'applied',
      at,
      from: 'disabled',
      to: 'enabled',
      requestId: 'request-1',
    });
  });

  it('names each overridden safety check once, including those of the tenant', () => {
    const overridden: Decision = { ...write, overrides: ['weaken'] };
    expect(outcomeOf(overridden, done, inChunk(['conditionalAccess', 'weaken']))?.overrides).toEqual([
      'conditionalAccess',
      'weaken',
    ]);
  });

  it('has no request id when Graph gave none', () => {
    expect(outcomeOf(write, { ...done, requestId: undefined }, inChunk())).not.toHaveProperty('requestId');
  });

  it('is failed when Graph refused it', () => {
    const refused: Answer = { kind: 'refused', status: 404, code: 'Request_ResourceNotFound', message: '' };
    expect(outcomeOf(write, refused, inChunk())).toMatchObject({
      outcome: 'failed',
      at,
      from: 'disabled',
      code: 'userNotFound',
      message: expect.not.stringContaining(MAY_HAVE_WRITTEN),
    });
    const repeated = { ...write, isRepeated: true } as const;
    expect(outcomeOf(repeated, refused, inChunk())?.message).toContain(MAY_HAVE_WRITTEN);
  });

  it.each<[string, Answer | undefined]>([
    ['was not sent', undefined],
    ['was throttled', { kind: 'retry', status: 429, code: 'x', throttled: true, retryAfterMs: 1 }],
    ['was not signed in', { kind: 'retry', status: 401, code: 'x', throttled: false, retryAfterMs: undefined }],
  ])('is none yet when it %s', (_, answer) => {
    expect(outcomeOf(write, answer, inChunk())).toBeUndefined();
  });
});

describe('the outcome of other decisions', () => {
  it('is applied for a write that an earlier attempt made, without a request id', () => {
    const confirm: Decision = { kind: 'confirm', from: 'enabled', overrides: ['weaken'] };
    expect(outcomeOf(confirm, undefined, inChunk())).toEqual({
      outcome: 'applied',
      at,
      from: 'enabled',
      to: 'enabled',
      overrides: ['weaken'],
    });
  });

  it('is unchanged for a user in the target state', () => {
    const decision: Decision = { kind: 'unchanged', state: 'enabled' };
    expect(outcomeOf(decision, undefined, inChunk())).toEqual({ outcome: 'unchanged', at, from: 'enabled' });
  });

  it('is what was settled, with its time', () => {
    const decision: Decision = { kind: 'conclude', outcome: { outcome: 'canceled' } };
    expect(outcomeOf(decision, undefined, inChunk())).toEqual({ outcome: 'canceled', at });
  });

  it.each<Decision>([{ kind: 'retry', retryAfterMs: 1 }, { kind: 'needsRegistration' }])(
    'is none yet for $kind',
    (decision) => {
      expect(outcomeOf(decision, done, inChunk())).toBeUndefined();
    },
  );
});
