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
    ['the header of an export of Entra', '\ufeffuserPrincipalName,displayName,id\r\na@b.c,"A, B",1\r\nd@e.f,D,2\r\n'],
    [
      'the header of an export of PowerShell',
      '"DisplayName","UserPrincipalName","Id"\n"A","a@b.c","1"\n"D","d@e.f","2"\n',
    ],
    ['the header in words', 'Display name,User principal name\nA,a@b.c\nD,d@e.f\n'],
    ['the header with underscores and hyphens', 'object-id,USER_PRINCIPAL_NAME\n1,a@b.c\n2,d@e.f\n'],
    ['blanks around the header', ' id , user \n1,a@b.c\n2,d@e.f\n'],
    ['object ids only', 'displayName,ID\nA,a@b.c\nD,d@e.f\n'],
    ['object ids under their long name', 'Object Id,name\na@b.c,A\nd@e.f,D\n'],
    ['the own column before those of others', 'id,userPrincipalName,user\n1,x@y.z,a@b.c\n2,x@y.z,d@e.f\n'],
  ])('is read with %s', async (_, text) => {
    expect(await readUserColumn(text)).toEqual(['a@b.c', 'd@e.f']);
  });

  it.each([
    ['is empty', ''],
    ['has no such column', 'mail\na@b.c\n'],
    ['has rows of another length', 'name,user\nAda,a@b.c\nd@e.f\n'],
    ['has a quote that never ends', 'user\n"a@b.c\nd@e.f\n'],
    ['has a quote in the middle', 'user\na"b@c.d\n'],
  ])('is not read when the file %s, and nothing of it is repeated', async (_, text) => {
    const error = await readUserColumn(text).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400, code: 'InvalidCsv', target: 'body' });
    expect(String(error)).not.toMatch(/@|Ada/);
  });
});

it('a column that is asked for by name is the one that is read', async () => {
  expect(await readUserColumn('user,Mail\nx@y.z,a@b.c\n', 'mail')).toEqual(['a@b.c']);
  await expect(readUserColumn('user\na@b.c\n', 'mail')).rejects.toThrow('a column "mail"');
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
