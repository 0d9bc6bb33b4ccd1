import { describe, expect, it } from 'vitest';
import { readUserFile, type UserFileOptions } from '../../../shared/userFile/readUserFile.ts';

const ada = 'ada.keller@contoso.com';
const bo = 'bo.lind@contoso.com';
const adaId = '3f0d8c4e-5a0b-4f5e-9d55-0c3f5b1a7e21';
const boId = '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63';

type Content = string | Uint8Array;
const bytesOf = (content: Content): Uint8Array => (typeof content === 'string' ? Buffer.from(content) : content);
const read = (content: Content, options?: UserFileOptions) => readUserFile(bytesOf(content), options);
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const bigEndian = (text: string): Buffer => utf16(text).swap16();
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a file of users', () => {
  it.each<[string, Content]>([
    ['line feeds', `user\n${ada}\n${bo}\n`],
    ['carriage returns and line feeds', `user\r\n${ada}\r\n${bo}\r\n`],
    ['carriage returns alone', `user\r${ada}\r${bo}\r`],
    ['all kinds of line ends', `user\r\n${ada}\n${bo}\r`],
    ['a byte order mark', `\ufeffuser\n${ada}\n${bo}`],
    ['quotes', `"user"\n"${ada}"\n"${bo}"\n`],
    ['blanks and quotes', `name, user\nAda, "${ada}"\nBo, "${bo}" \n`],
    ['other columns', `name,user\n"Ada, Countess",${ada}\n"a ""b""",${bo}\n`],
    ['empty lines and blanks', `user \n\n ${ada}\n  \n${bo} \n`],
    ['rows without a user', `name,user\nAda,${ada}\nNo user,\nBob,${bo}\n`],
    ['rows of separators', `user;name\n;\n${ada};Ada\n;;\n${bo};Bo\n`],
    ['ragged rows', `user,name\n${ada},Ada Keller,\n${bo}\n`],
    ['UTF-16 with tabs', utf16(`\ufeffuser\tname\r\n${ada}\tAda\r\n${bo}\tBo Lindö\r\n`)],
    ['UTF-16 of the other byte order', bigEndian(`\ufeffuser\tname\r\n${ada}\tAda\r\n${bo}\tBo\r\n`)],
    ['UTF-16 without a byte order mark', utf16(`user;name\r\n${ada};Ada\r\n${bo};Bo\r\n`)],
    ['UTF-16 that breaks off', Buffer.concat([utf16(`\ufeffuser\r\n${ada}\r\n${bo}\r\n`), Uint8Array.of(10)])],
    ['Windows-1252', latin(`user;Name\r\n${ada};J\xf8rg\r\n${bo};M\xfcller\r\n`)],
    ['semicolons', `user;department\n${ada};Sales\n${bo};"IT; Operations"\n`],
    ['semicolons and commas', `user;name\n${ada};Keller, Ada\n${bo};Lind, Bo\n`],
    ['tabs and empty cells', `name\tuser\n\t${ada}\nBo\t${bo}\n`],
    ['bars', `name|user\nAda|${ada}\nBo|${bo}\n`],
    ['a line that says the separator', `sep=;\nuser;department\n${ada};Sales\n${bo};IT\n`],
    ['a line that says the separator, and a byte order mark', `\ufeffsep=\t\r\nuser\tn\r\n${ada}\tA\r\n${bo}\tB\r\n`],
    ['a #TYPE line', `#TYPE System.Object\n"Name","UserPrincipalName"\n"Ada","${ada}"\n"Bo","${bo}"\n`],
    [
      'the version and example lines of a bulk template',
      `\ufeffversion:v1.0,,\r\nName [displayName] Required,User name [userPrincipalName] Required\r\nExample: Chris Green,chris@contoso.com\r\nAda,${ada}\r\nBo,${bo}\r\n`,
    ],
    [
      'an example line in German',
      `version:v1.0\nUser name [userPrincipalName] Required\nBeispiel: x@c.com\n${ada}\n${bo}`,
    ],
    ['a title and an empty line', `Users of Contoso\n\nName,User principal name\nAda,${ada}\nBo,${bo}\n`],
    ['no header', `${ada}\n${bo}\n`],
    ['no header and other columns', `${ada};Ada;IT\n${bo};Bo;Sales\n`],
    ['no header on one line, as a mail program lists recipients', `${ada}; ${bo};\n`],
    ['a quote that never ends', `user,name\n"${ada},Ada\n${bo},Bo\n`],
    ['two quotes that never end', `user,name\n${ada},"Ada\n${bo},"Bo\n`],
    ['a quote in the middle of a cell', `user,name\n${ada},Ada "the" Keller\n${bo},"Bo"s\n`],
    ['a cell with line breaks', `user,notes\n${ada},"first\nsecond"\n${bo},\n`],
  ])('is read with %s', async (_, content) => {
    expect((await read(content)).users).toEqual([ada, bo]);
  });

  it.each([
    'user',
    'USER',
    'User principal name',
    'USER_PRINCIPAL_NAME',
    'userPrincipalName',
    'UPN',
    'User Principal Name (UPN)',
    'User name [userPrincipalName] Required',
    'Member object ID or user principal name [memberObjectIdOrUpn] Required',
    'Username',
    'user-name',
    'Sign-in name',
    'SignInName',
    'MicrosoftOnlineServicesID',
    'WindowsLiveID',
    'Object Id',
    'objectID',
    'id',
    'ExternalDirectoryObjectId',
    'userId',
    'reference',
    'Email',
    'E-Mail address',
  ])('has its users in a column that is headed %j', async (heading) => {
    expect((await read(`displayName,${heading}\nAda,${ada}\nBo,${bo}\n`)).users).toEqual([ada, bo]);
  });

  it('names a user by the best of its columns, and by the next where that is empty', async () => {
    expect((await read(`id,mail,userPrincipalName\n${adaId},x@y.z,${ada}\n${boId},z@y.x,\n`)).users).toEqual([
      ada,
      boId,
    ]);
    expect((await read(`Email,id\nx@y.z,${adaId}\n`)).users).toEqual([adaId]);
  });

  it('is read by the column that is asked for, and by no other', async () => {
    expect((await read('user,Mail\nx@y.z,a@b.c\n', { column: 'mail' })).users).toEqual(['a@b.c']);
    expect((await read('user;E-Mail privat\nx@y.z;a@b.c\n', { column: 'e-mail privat' })).users).toEqual(['a@b.c']);
    await expect(read('user\na@b.c\n', { column: 'mail' })).rejects.toThrow(
      'Columns found: "user". Columns looked for: "mail".',
    );
  });

  it('keeps accents and apostrophes of every encoding', async () => {
    const names = ["siobhan.o'brien@contoso.com", 'jürgen@contoso.de'];
    for (const content of [
      `user\n${names.join('\n')}`,
      latin(`user\n${names.join('\n')}`),
      utf16(`\ufeffuser\n${names.join('\n')}`),
      Buffer.concat([
        Buffer.from('user,n\nsiobhan.o'),
        Uint8Array.of(0x92),
        Buffer.from('brien@contoso.com\njürgen@contoso.de'),
      ]),
    ])
      expect((await read(content)).users).toEqual(names);
  });

  it('with cleaned references has the text and the line of each, and a note', async () => {
    const { users, remarks, notes } = await read(
      `Email,First name\n"Ada Keller <${ada}>",Ada\nmailto:${bo},Bo\n\u200bcy.moor@contoso.com ,Cy\ndee@contoso.com,Dee\n`,
    );
    expect(users).toEqual([ada, bo, 'cy.moor@contoso.com', 'dee@contoso.com']);
    expect(remarks).toEqual([
      { position: 0, line: 2, given: `Ada Keller <${ada}>` },
      { position: 1, line: 3, given: `mailto:${bo}` },
      { position: 2, line: 4, given: '\u200bcy.moor@contoso.com' },
    ]);
    expect(notes).toEqual(['3 references were cleaned. Their items have the text as it was given.']);
  });

  it('without the apostrophes that exports have in front of formulas names the users', async () => {
    expect((await read(`reference\n'-ada@contoso.com\n'+${bo}\n`)).users).toEqual(['-ada@contoso.com', `+${bo}`]);
  });
});

describe('a line that names no user', () => {
  it('fails for itself, with its number and its text', async () => {
    const { users, remarks } = await read(`user,notes\n${ada},"two\nlines"\n\nnot a user,\n${bo},\n`);
    expect(users).toEqual([ada, 'not a user', bo]);
    expect(remarks).toEqual([
      { position: 1, line: 5, problem: { code: 'invalidReference', message: expect.stringContaining('Line 5 ') } },
    ]);
  });

  it.each([
    ['control characters', 'a\u0007b\u0085c', 'a b c'],
    ['thousands of characters', 'a'.repeat(5_000), `${'a'.repeat(200)}…`],
    ['several addresses', `"${ada}; ${bo}"`, `${ada}; ${bo}`],
  ])('is kept in a form that can be shown, with %s', async (_, text, shown) => {
    expect((await read(`user\n${ada}\n${text}\n`)).users).toEqual([ada, shown]);
  });

  it('is one too many when most lines are of that kind, and the error has what was recognized', async () => {
    expect((await read(`user\n${ada}\n?\n`)).users).toHaveLength(2);
    const error = await read(`Name;UPN\n1;a b\n2;${ada}\n3;c d\n4;e f\n5;g h\n`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      status: 400,
      code: 'InvalidCsv',
      message: expect.stringMatching(/4 of 5 lines.*UTF-8.*";".*"UPN".*found: "Name", "UPN".*looked for: user, .*id/),
      details: [
        { code: 'invalidReference', target: 'line 2', message: expect.stringContaining('"a b"') },
        { target: 'line 4' },
        { target: 'line 5' },
      ],
    });
  });
});

describe('a column with states', () => {
  it.each(['MFA Status', 'mfa state', 'perUserMfaState', 'State', 'status', 'Target state'])(
    'that is headed %j gives each user a state',
    async (heading) => {
      const { users, states, remarks } = await read(`Username, ${heading}\r\n${ada}, Enabled\r\n${bo}, ENFORCED\r\n`);
      expect({ users, states, remarks }).toEqual({ users: [ada, bo], states: ['enabled', 'enforced'], remarks: [] });
    },
  );

  it('is not used when the request has a state, and a note says so', async () => {
    const { states, notes } = await read(`user,MFA Status\n${ada},Enabled\n`, { state: 'enforced' });
    expect(states).toBeUndefined();
    expect(notes).toEqual(['The column "MFA Status" was not used, because the request gives the state enforced.']);
  });

  it('with the states of a country is none, and nothing is said of it', async () => {
    for (const content of [
      `user,state\n${ada},WA\n${bo},\n`,
      `user,state\n${ada},\n`,
      `user,state\n${ada},WA\n${bo},enabled`,
    ])
      for (const state of [undefined, 'enabled' as const])
        expect(await read(content, { state })).toEqual({ users: expect.anything(), remarks: [], notes: [] });
  });

  it('without a state for a user fails that user', async () => {
    const { states, remarks } = await read(`user,MFA status\n${ada},enabled\n${bo},on\nx@y.z,\na@b.c,disabled\n`);
    expect(states).toEqual(['enabled', null, null, 'disabled']);
    expect(remarks).toMatchObject([
      { position: 1, line: 3, problem: { code: 'invalidState', message: expect.stringContaining('"on"') } },
      { position: 2, line: 4, problem: { code: 'invalidState' } },
    ]);
  });

  it('with different states for one user fails each line of that user, and the same state twice does not', async () => {
    const { remarks } = await read(
      `user,MFA status\n${ada},enabled\n${bo},enabled\nx@y.z,enforced\n${ada.toUpperCase()},disabled\n${bo},enabled\n`,
    );
    expect(remarks).toMatchObject([
      { position: 0, line: 2, problem: { code: 'conflictingStates' } },
      { position: 3, line: 5, problem: { code: 'conflictingStates' } },
    ]);
  });
});

describe('a file that is no list of users', () => {
  it.each<[string, Content, string]>([
    ['is empty', '', 'empty'],
    ['has blank lines only', '\n \n', 'empty'],
    [
      'has an unknown column',
      `Who,Department\n${ada},Sales\n`,
      'found: "Who", "Department". Columns looked for: user,',
    ],
    ['has mail addresses', `mail,department\n${ada},Sales\n`, '"mail" is not used'],
    ['has names', `Display name,mail\nAda,${ada}\n`, '"mail" and "Display name" are not used'],
    ['is a workbook', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), 'Excel workbook'],
    ['is an old workbook', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1), '.xls'],
    ['is binary', Uint8Array.of(1, 2, 3, 0, 0, 0, 7), 'zero bytes'],
    ['has more cells than any list', `user\n${`${','.repeat(999)}\n`.repeat(2_001)}`, '2001001 cells'],
    ['has more cells in a line than any list', `user\n${','.repeat(5_000)}\n`, 'Line 2 has more than 5000 cells'],
    ['has more lines than any list', `user\n${',\n'.repeat(200_000)}`, 'The file has 200001 lines'],
    ['has an endless line', `user\n"${'a'.repeat(100_000)}"\n`, 'Line 2 has more than 65536 characters'],
  ])('is refused when it %s', async (_, content, hint) => {
    const error = await read(content).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 400, code: 'InvalidCsv', message: expect.stringContaining(hint) });
  });

  it('is repeated in the error without addresses', async () => {
    const error = await read(`user\n${ada} ${bo}\n`).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error)).toContain('…@… …@…');
    expect(JSON.stringify(error)).not.toContain('contoso');
  });

  it('is repeated in the error on one line, and only in part', async () => {
    const error = await read(`"a\u001b[31m\nb",${'x'.repeat(500)}\n1,2\n`).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(`"a [31m b", "${'x'.repeat(60)}…"`) });
  });
});
