import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../shared/errors.ts';
import {
  hashRequest,
  MAX_REFERENCES,
  readCsvRequest,
  readStateChangeRequest,
  statesOf,
} from '../../../shared/stateChange/request.ts';

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
    ['users[1]', { ...valid, users: ['alice@contoso.com', 'a/b@contoso.com', 'a/b@contoso.com'] }],
    ['users[0]', { ...valid, users: [17] }],
    ['group', { ...valid, users: undefined, group: 'Sales' }],
    ['state', { ...valid, state: 'on' }],
    ['state', { ...valid, state: undefined }],
    ['reason', { ...valid, reason: '  ' }],
    ['reason', { ...valid, reason: 'x'.repeat(501) }],
    ['reason', { ...valid, reason: 'a bell \u0007' }],
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

  it('of which half of the entries name users is accepted', () => {
    const users = ['alice@contoso.com', 'a/b@contoso.com', '<bob@contoso.com>', 17];
    expect(readStateChangeRequest({ ...valid, users })).toMatchObject({
      users: ['alice@contoso.com', 'a/b@contoso.com', 'bob@contoso.com', '17'],
      remarks: [
        { position: 1, index: 1, problem: { code: 'invalidReference' } },
        { position: 2, index: 2, given: '<bob@contoso.com>' },
        { position: 3, index: 3, problem: { code: 'invalidReference' } },
      ],
    });
  });

  it('may have a reason of several lines', () => {
    expect(readStateChangeRequest({ ...valid, reason: ' a\r\nb\rc\n\td\u2028e \n' }).reason).toBe('a\nb\nc\n\td\ne');
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

describe('a CSV request', () => {
  const options = {
    state: 'enforced',
    reason: 'Audit 2026',
    notify: true,
    acknowledge: ['weaken', 'conditionalAccess'],
  } as const;
  const file = Buffer.from('user\na@b.c\n');

  it('has its users in the file and the rest beside it', async () => {
    expect(await readCsvRequest(file, { ...options, acknowledge: [...options.acknowledge] })).toEqual({
      ...options,
      dryRun: false,
      acknowledge: ['conditionalAccess', 'weaken'],
      users: ['a@b.c'],
    });
  });

  it('needs a user, a state and a reason', async () => {
    await expect(readCsvRequest(Buffer.from('user\n'), { state: 'enabled', reason: 'x' })).rejects.toMatchObject({
      target: 'users',
    });
    for (const name of ['state', 'reason'])
      await expect(readCsvRequest(file, { state: 'enabled', reason: 'x', [name]: undefined })).rejects.toMatchObject({
        target: name,
        details: [{ code: 'Missing', target: name }],
      });
  });

  it('has the states of the file, with the strongest for all where only one has room', async () => {
    const several = await readCsvRequest(Buffer.from('user,state\na@b.c,disabled\nd@e.f,enabled\n'), { reason: 'x' });
    expect(several).toMatchObject({ state: 'enabled', states: ['disabled', 'enabled'] });
    expect(statesOf(several)).toEqual(['disabled', 'enabled']);
    const one = await readCsvRequest(Buffer.from('user,state\na@b.c,disabled\nd@e.f,disabled\n'), { reason: 'x' });
    expect(one).toEqual(await readCsvRequest(Buffer.from('user\na@b.c\nd@e.f\n'), { reason: 'x', state: 'disabled' }));
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
