import { describe, expect, it } from 'vitest';
import { checkUserFile } from '../../cli/userFile.ts';
import { csvOfWorkbook } from '../../cli/workbook.ts';
import { readUserFile } from '../../shared/userFile/readUserFile.ts';
import { workbookOf, zipOf } from '../support/workbook.ts';

const ada = 'ada.keller@contoso.com';
const bo = 'bo.lind@contoso.com';
const text = (content: string): string => `<c t="inlineStr"><is><t>${content}</t></is></c>`;
const shared = (at: number): string => `<c t="s"><v>${at}</v></c>`;

const usersOf = async (workbook: Uint8Array, column?: string) =>
  readUserFile(await csvOfWorkbook(workbook, column), { column, state: 'enabled' });

describe('an Excel workbook', () => {
  it.each<[string, Buffer]>([
    ['inline texts', workbookOf({ Sheet1: [text('user'), text(ada), text(bo)] })],
    [
      'shared texts',
      workbookOf({ S: [shared(1), shared(0), shared(2)] }, [`<t>${ada}</t>`, '<t>user</t>', `<t>${bo}</t>`]),
    ],
    [
      'rich texts',
      workbookOf({ S: [shared(0), shared(1), shared(2)] }, [
        '<r><t>us</t></r><r><rPr><b/></rPr><t>er</t></r>',
        `<r><t>ada.</t></r><r><t>keller@contoso.com</t></r>`,
        `<t>${bo}</t>`,
      ]),
    ],
    [
      'numbers, truths and empty cells',
      workbookOf({
        S: [text('no') + text('user'), `<c><v>17</v></c>${text(ada)}`, `<c t="b"><v>1</v></c>${text(bo)}`],
      }),
    ],
    ['formulas', workbookOf({ S: [text('user'), `<c t="str"><f>A9</f><v>${ada}</v></c>`, text(bo)] })],
    [
      'commas and quotes',
      workbookOf({
        S: [text('name') + text('user'), text('Keller, &quot;Ada&quot;') + text(ada), text('a;b') + text(bo)],
      }),
    ],
    [
      'several sheets',
      workbookOf({
        Notes: [text('Read me'), text('Users are below')],
        Empty: [],
        Users: [text('User principal name'), text(ada), text(bo)],
      }),
    ],
    ['no header', workbookOf({ S: [text(ada), text(bo)] })],
  ])('is read with %s', async (_, workbook) => {
    expect((await usersOf(workbook)).users).toEqual([ada, bo]);
  });

  it('names wrong rows by their number in Excel', async () => {
    const rows = [
      text('Title'),
      '',
      text('user'),
      text(ada),
      '',
      text('not a user'),
      text('line&#10;break') + text('x'),
      text(bo),
      text('a@b.c'),
    ];
    const { remarks } = await usersOf(workbookOf({ S: rows }));
    expect(remarks.map(({ line }) => line)).toEqual([6, 7]);
  });

  it('has its users in the column that is asked for, on the sheet that has it', async () => {
    const workbook = workbookOf({ A: [text('user'), text('x@y.z')], B: [text('Adresse'), text(ada)] });
    expect((await usersOf(workbook, 'adresse')).users).toEqual([ada]);
  });

  it.each<[string, Uint8Array, string]>([
    ['is another archive', zipOf({ 'a.txt': 'user' }), 'WorkbookNotRead'],
    ['is damaged', workbookOf({ S: [text('user')] }).subarray(0, 700), 'WorkbookNotRead'],
    ['has a password, or is of the old format', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1), 'InvalidCsv'],
    ['has no column of users', workbookOf({ S: [text('Who'), text(ada)] }), 'InvalidCsv'],
    ['is empty', workbookOf({ S: [] }), 'InvalidCsv'],
  ])('is refused when it %s', async (_, workbook, code) => {
    await expect(checkUserFile(workbook, undefined, 'enabled')).rejects.toMatchObject({ code });
  });
});
