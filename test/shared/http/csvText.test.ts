import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../../shared/http/csvText.ts';
import { readRows } from '../../../shared/userFile/readRows.ts';
import { readUserFile } from '../../../shared/userFile/readUserFile.ts';

const FORMULA = /^[=+\-@＝＋－＠]/;
const cell = fc.string({
  unit: fc.constantFrom(
    'a',
    ' ',
    '"',
    "'",
    ',',
    ';',
    '|',
    '\t',
    '\r',
    '\n',
    '\u2028',
    '=',
    '+',
    '-',
    '@',
    '＝',
    '＠',
    '\u00a0',
  ),
  maxLength: 10,
});

/** The cells of a spreadsheet that splits at a separator, and treats a quote only at the beginning of a cell as one. */
function cellsOfSpreadsheet(text: string, separator: string): string[] {
  const cells: string[] = [];
  let rest = text;
  while (rest !== '') {
    const quoted = /^"((?:[^"]|"")*)"?/.exec(rest);
    const begin = quoted === null ? '' : (quoted[1] ?? '').replaceAll('""', '"');
    rest = quoted === null ? rest : rest.slice(quoted[0].length);
    const end = rest.search(new RegExp(`[${separator}\\r\\n]`));
    cells.push(begin + (end < 0 ? rest : rest.slice(0, end)));
    rest = end < 0 ? '' : rest.slice(end + 1);
  }
  return cells;
}

describe('a cell that would be a formula', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['＝1', "'＝1"],
    [' =1', `" '=1"`],
    ['a;=1', `"a;'=1"`],
    ['a; =1', `"a; '=1"`],
    ['a\t=1', `"a\t'=1"`],
    ['a\n=1', `"a\n'=1"`],
    ['a\r\n+1', `"a\r\n'+1"`],
    ['a\u2028=1', `"a\u2028'=1"`],
    ['a;"=1', `"a;""'=1"`],
    ['\tx', `"'\tx"`],
    ['a=1; b-2', '"a=1; b-2"'],
    ['1 - 2', '1 - 2'],
  ])('%j is written as %j', (given, written) => {
    expect(csvLine([given])).toBe(`${written}\r\n`);
  });

  it.each([',', ';', '\t'])('is none where a spreadsheet splits at %j', (separator) => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 1, maxLength: 3 }), (cells) => {
        for (const shown of cellsOfSpreadsheet(csvLine(cells), separator)) {
          // With another separator, a comma ends no cell: what follows it is text within one.
          expect(shown.trimStart(), JSON.stringify(cells)).not.toMatch(FORMULA);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves the rows as they are, apart from apostrophes', () => {
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 4 }), (cells) => {
        // What could be a user after a line break is read as a line: a quote that never ends must hide no users.
        fc.pre(cells.every((text) => !/[\r\n][\s\S]*@/.test(text)));
        const plain = (text: string): string => text.replaceAll(/['\s]/g, '');
        const [row, ...others] = readRows(csvLine(['x', ...cells]), ',');
        expect(others).toEqual([]);
        expect(row?.cells.map(plain)).toEqual(['x', ...cells].map(plain));
      }),
    );
  });
});

it('an export is read back with the same users', async () => {
  const users = ['alice@contoso.com', '=a@contoso.com', '+a@contoso.com', "-o'hara@contoso.com", "'a@contoso.com"];
  const lines = users.map((user) => csvLine(['stateChanged', user, 'a;=1\n+2\t"-3"']));
  const file = await readUserFile(Buffer.from(`${csvLine(['event', 'reference', 'reason'])}${lines.join('')}`));
  expect(file.users).toEqual(users);
});
