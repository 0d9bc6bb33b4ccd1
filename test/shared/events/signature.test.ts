import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../shared/events/signature.ts';
import { secretBytes } from '../../../shared/webhookSecret.ts';

const bytes = (count: number): string => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;

describe('a secret', () => {
  it('is 24 to 64 bytes in base64, with its prefix', () => {
    for (const count of [24, 32, 64]) expect(secretBytes(bytes(count))).toEqual(Buffer.alloc(count, 7));
  });

  it.each(['', 'whsec_', 'a password', bytes(23), bytes(65), bytes(32).slice(6), `${bytes(32)}!`])(
    'is not %j',
    (text) => {
      expect(secretBytes(text)).toBeUndefined();
    },
  );
});

describe('a signature', () => {
  // The example of the specification of Standard Webhooks.
  const secret = secretBytes('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') as Buffer;
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
  const headers = signedHeaders(message, [secret], 1_614_265_330_999);

  it('is the one that Standard Webhooks has for the same secret, id, time and body', () => {
    expect(headers).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is another one for another secret, id, time or body', () => {
    const others = [
      signedHeaders(message, [Buffer.alloc(32)], 1_614_265_330_999),
      signedHeaders({ ...message, id: 'other' }, [secret], 1_614_265_330_999),
      signedHeaders(message, [secret], 1_614_265_331_000),
      signedHeaders({ ...message, body: '{}' }, [secret], 1_614_265_330_999),
    ].map((other) => other['webhook-signature']);
    expect(new Set([...others, headers['webhook-signature']]).size).toBe(5);
  });

  it('is there once for each secret while one is being changed', () => {
    const both = signedHeaders(message, [Buffer.alloc(32), secret], 1_614_265_330_999)['webhook-signature'];
    expect(both?.split(' ')).toHaveLength(2);
    expect(both).toContain(headers['webhook-signature']);
  });
});
