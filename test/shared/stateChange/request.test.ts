import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../shared/errors.ts';
import { hashRequest, MAX_REFERENCES, readStateChangeRequest } from '../../../shared/stateChange/request.ts';

const valid = { state: 'enabled', users: ['alice@contoso.com'], reason: 'Onboarding' };

function faultOf(body: unknown): InvalidRequestError {
  try {
    readStateChangeRequest(body);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error;
    throw error;
  }
  throw new Error('The request was accepted');
}

describe('a request', () => {
  it('has defaults for what it does not say', () => {
    expect(readStateChangeRequest(valid)).toEqual({ ...valid, notify: false, dryRun: false, acknowledge: [] });
  });

  it('names up to 100,000 users', () => {
    const users = Array.from({ length: MAX_REFERENCES + 1 }, (_, number) => `user${number}@contoso.com`);
    expect(readStateChangeRequest({ ...valid, users: users.slice(1) }).users).toHaveLength(MAX_REFERENCES);
    expect(faultOf({ ...valid, users })).toMatchObject({ target: 'users', status: 400 });
  });

  it.each([
    ['users', { ...valid, users: [] }],
    ['users', { ...valid, users: undefined }],
    ['users', { ...valid, users: 'alice@contoso.com' }],
    ['users', { ...valid, group: '071cc716-8147-4397-a5ba-b2105951cc0b' }],
    ['users[1]', { ...valid, users: ['alice@contoso.com', 'a/b@contoso.com'] }],
    ['users[0]', { ...valid, users: [17] }],
    ['group', { ...valid, users: undefined, group: 'Sales' }],
    ['state', { ...valid, state: 'on' }],
    ['state', { ...valid, state: undefined }],
    ['reason', { ...valid, reason: '  ' }],
    ['reason', { ...valid, reason: 'x'.repeat(501) }],
    ['reason', { ...valid, reason: 'two\nlines' }],
    ['notify', { ...valid, notify: 'yes' }],
    ['acknowledge[0]', { ...valid, acknowledge: ['everything'] }],
    ['force', { ...valid, force: true }],
    ['body', null],
    ['body', []],
    ['body', 'text'],
  ])('with a fault at %s is refused and says so', (target, body) => {
    const fault = faultOf(body);
    expect(fault.target).toBe(target);
    expect(fault.details.length).toBeGreaterThan(0);
  });

  it('gets the first hundred faults by position, and the number of further ones', () => {
    const users = Array.from({ length: 300 }, (_, number) => (number < 10 ? `ok${number}@contoso.com` : 'no'));
    const fault = faultOf({ ...valid, users });
    expect(fault.details.map(({ target }) => target)).toEqual(
      Array.from({ length: 100 }, (_, number) => `users[${number + 10}]`),
    );
    expect(fault.message).toContain('289 more');
  });

  it('never gets back what it sent', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), (secret) => {
        const text = `${secret}/`;
        const fault = faultOf({ state: text, users: [text], reason: 'x', acknowledge: [text] });
        expect(JSON.stringify([fault.message, fault.details])).not.toContain(JSON.stringify(text).slice(1, -1));
      }),
    );
  });
});

describe('the fingerprint of a request', () => {
  const hash = (body: object): string => hashRequest(readStateChangeRequest({ ...valid, ...body }));

  it('does not depend on how the same is written', () => {
    expect(hash({ notify: false, acknowledge: ['weaken', 'conditionalAccess', 'weaken'] })).toBe(
      hash({ users: ['Alice@Contoso.com '], acknowledge: ['conditionalAccess', 'weaken'] }),
    );
    const group = '071cc716-8147-4397-a5ba-b2105951cc0b';
    expect(hash({ users: undefined, group })).toBe(hash({ users: undefined, group: group.toUpperCase() }));
  });

  it('is another for anything else', () => {
    const all = [
      {},
      { state: 'enforced' },
      { reason: 'Another' },
      { notify: true },
      { dryRun: true },
      { acknowledge: ['weaken'] },
      { users: ['bob@contoso.com'] },
      { users: ['alice@contoso.com', 'bob@contoso.com'] },
      { users: undefined, group: '071cc716-8147-4397-a5ba-b2105951cc0b' },
    ];
    expect(new Set(all.map(hash)).size).toBe(all.length);
  });
});
