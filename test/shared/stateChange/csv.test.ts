import { describe, expect, it } from 'vitest';
import { readCsvRequest, readUserColumn } from '../../../shared/stateChange/csv.ts';

describe('the user column of a CSV file', () => {
  it.each([
    ['line feeds', 'user\na@b.c\nd@e.f\n'],
    ['carriage returns', 'user\r\na@b.c\r\nd@e.f\r\n'],
    ['a byte order mark', '\ufeffuser\na@b.c\nd@e.f'],
    ['quotes', '"user"\n"a@b.c"\n"d@e.f"\n'],
    ['a header in another case', 'User\na@b.c\nd@e.f\n'],
    ['other columns', 'name,user\n"Ada, Countess",a@b.c\n"a ""b""",d@e.f\n'],
    ['empty lines and blanks', 'user \n\n a@b.c\n\nd@e.f \n'],
    ['rows without a user', 'name,user\nAda,a@b.c\nNobody,\nBob,d@e.f\n'],
  ])('is read with %s', async (_, text) => {
    expect(await readUserColumn(text)).toEqual(['a@b.c', 'd@e.f']);
  });

  it.each([
    ['is empty', ''],
    ['has no such column', 'upn\na@b.c\n'],
    ['has rows of another length', 'name,user\nAda,a@b.c\nd@e.f\n'],
    ['has a quote that never ends', 'user\n"a@b.c\nd@e.f\n'],
    ['has a quote in the middle', 'user\na"b@c.d\n'],
  ])('is not read when the file %s, and nothing of it is repeated', async (_, text) => {
    const error = await readUserColumn(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400, code: 'InvalidCsv', target: 'body' });
    expect(String(error)).not.toMatch(/@|Ada/);
  });
});

describe('a CSV request', () => {
  const options = {
    state: 'enforced',
    reason: 'Audit 2026',
    notify: true,
    acknowledge: ['weaken', 'conditionalAccess'],
  };

  it('has its users in the file and the rest beside it', async () => {
    expect(await readCsvRequest('user\na@b.c\n', options)).toEqual({
      ...options,
      dryRun: false,
      acknowledge: ['conditionalAccess', 'weaken'],
      users: ['a@b.c'],
    });
  });

  it('needs a user, a state and a reason', async () => {
    await expect(readCsvRequest('user\n', options)).rejects.toMatchObject({ target: 'users' });
    for (const name of ['state', 'reason'])
      await expect(readCsvRequest('user\na@b.c\n', { ...options, [name]: undefined })).rejects.toMatchObject({
        target: name,
        details: [{ code: 'Missing', target: name }],
      });
  });
});
