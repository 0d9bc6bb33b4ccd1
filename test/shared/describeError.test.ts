import { RestError } from '@azure/core-rest-pipeline';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../shared/describeError.ts';
import { toError } from '../../shared/errors.ts';

const refused = (address: string): Error =>
  Object.assign(new Error(`connect ECONNREFUSED ${address}`), { code: 'ECONNREFUSED', syscall: 'connect' });
const cyclic = new Error('outer', { cause: new Error('inner') });
(cyclic.cause as Error).cause = cyclic;
let deep = new Error('level 0');
for (let level = 1; level < 10_000; level++) deep = new Error(`level ${level}`, { cause: deep });

describe('an error is described', () => {
  it.each<[string, unknown, string]>([
    ['alone', new TypeError('x is not a function'), 'TypeError: x is not a function'],
    ['with its code', Object.assign(new Error('gone'), { code: 'ENOENT' }), 'Error (ENOENT): gone'],
    ['with its code once', refused('127.0.0.1:9'), 'Error: connect ECONNREFUSED 127.0.0.1:9'],
    [
      'with its causes',
      new Error('a', { cause: new TypeError('b', { cause: new RangeError('c') }) }),
      'Error: a; because TypeError: b; because RangeError: c',
    ],
    [
      'as what it stands for, when it has no message',
      Object.assign(new AggregateError([refused('::1:9'), refused('127.0.0.1:9')]), { code: 'ECONNREFUSED' }),
      'AggregateError (ECONNREFUSED) [Error: connect ECONNREFUSED ::1:9 | Error: connect ECONNREFUSED 127.0.0.1:9]',
    ],
    [
      'as a failed fetch',
      new TypeError('fetch failed', { cause: new AggregateError([refused('::1:9')], '') }),
      'TypeError: fetch failed; because AggregateError [Error: connect ECONNREFUSED ::1:9]',
    ],
    [
      'of the SDK, with its status',
      new RestError('The table is being deleted.', { code: 'TableBeingDeleted', statusCode: 409 }),
      'RestError (TableBeingDeleted, 409): The table is being deleted.',
    ],
    [
      'of the SDK, whose message is a body',
      new RestError(
        '{"odata.error":{"code":"X","message":{"lang":"en-US","value":"It is not there.\\nRequestId:1"}}}',
        {
          statusCode: 404,
        },
      ),
      'RestError (404): It is not there.',
    ],
    [
      'of Graph',
      Object.assign(new Error('{"error":{"code":"Forbidden","message":"Not for alice@contoso.com."}}'), {
        statusCode: 403,
        code: 'Forbidden',
      }),
      'Error (Forbidden, 403): Not for <address>.',
    ],
    ['that is text', 'no luck', 'not an Error: string no luck'],
    ['that is nothing', undefined, 'not an Error: undefined undefined'],
    ['that is an object', { code: 'E1', message: 'odd' }, 'not an Error (E1): odd'],
    ['that was text, and is wrapped', toError('no luck'), 'Error: no luck'],
    ['that is its own cause', cyclic, 'Error: outer; because Error: inner; because the same error again'],
    ['without a stack or a second line', new Error('one\n    at two'), 'Error: one'],
    [
      'without secrets',
      new Error(
        'GET https://x/?sig=abc%3D&se=1 with Bearer eyJhbGciOi.J9.x-y, AccountKey=c2VjcmV0; eyJ0eXAi.eyJzdWIi.abc for bob@contoso.com',
      ),
      'Error: GET https://x/?sig=<secret>&se=1 with Bearer <secret> AccountKey=<secret>; <token> for <address>',
    ],
  ])('%s', (_, thrown, told) => {
    expect(describeError(thrown)).toBe(told);
  });

  it('within a limit of length and depth', () => {
    expect(describeError(new Error('x'.repeat(10_000))).length).toBeLessThan(400);
    expect(describeError(deep).length).toBeLessThanOrEqual(1_500);
    const many = new AggregateError(Array.from({ length: 50 }, (_, index) => new Error(`number ${index}`)));
    expect(describeError(many)).toMatch(/number 4 and 45 more\]$/);
  });

  it('even when it cannot be read', () => {
    const hostile = new Proxy(new Error('x'), {
      get: () => {
        throw new Error('no');
      },
    });
    expect(describeError(hostile)).toBe('an error that cannot be read');
  });

  it('in one line, whatever was thrown', () => {
    const thrown = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }).map((message) => new Error(message, { cause: message })),
    );
    fc.assert(fc.property(thrown, (value) => !/[\r\n\u2028\u2029]/.test(describeError(value))));
  });
});
