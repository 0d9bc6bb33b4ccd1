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
  const query = (text: string) => new URLSearchParams(text);

  it('takes what stands beside the users from the query', async () => {
    const options = 'state=enforced&reason=Audit+2026&notify=true&acknowledge=weaken,conditionalAccess';
    expect(await readCsvRequest('user\na@b.c\n', query(options))).toEqual({
      state: 'enforced',
      reason: 'Audit 2026',
      notify: true,
      dryRun: false,
      acknowledge: ['conditionalAccess', 'weaken'],
      users: ['a@b.c'],
    });
  });

  it.each([
    ['state', 'reason=x'],
    ['reason', 'state=enabled'],
    ['notify', 'state=enabled&reason=x&notify=1'],
    ['acknowledge[1]', 'state=enabled&reason=x&acknowledge=weaken,all'],
    ['users', 'state=enabled&reason=x&users=a@b.c'],
  ])('names the fault at %s', async (target, options) => {
    await expect(readCsvRequest('user\na@b.c\n', query(options))).rejects.toMatchObject({ status: 400, target });
  });

  it('needs a user', async () => {
    await expect(readCsvRequest('user\n', query('state=enabled&reason=x'))).rejects.toMatchObject({ target: 'users' });
  });
});
