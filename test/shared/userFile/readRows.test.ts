import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReference } from '../../../shared/domain/readReference.ts';
import { readRows, type Separator, separators } from '../../../shared/userFile/readRows.ts';
import { readUserFile } from '../../../shared/userFile/readUserFile.ts';

const cellsOf = (text: string, separator: Separator = ','): string[][] =>
  readRows(text, separator).map(({ cells }) => [...cells]);

describe('the rows of a file', () => {
  const cell = fc.string({
    unit: fc.constantFrom('a', 'é', ' ', '"', ',', ';', '\t', '|', '\n', '\r\n', "'"),
    maxLength: 8,
  });
  const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

  it('are those of another reader, for every file that follows RFC 4180', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...separators),
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        (separator, rows, lineEnd) => {
          const text = rows.map((cells) => cells.map(quoted).join(separator)).join(lineEnd);
          const others: string[][] = parse(text, {
            delimiter: separator,
            record_delimiter: ['\r\n', '\n'],
            relax_column_count: true,
          });
          const withoutReturns = others.map((cells) => cells.map((value) => value.replaceAll('\r\n', '\n')));
          expect(cellsOf(text, separator)).toEqual(
            withoutReturns.filter((cells) => cells.join('') !== '' || cells.length > 1),
          );
        },
      ),
    );
  });

  it('lose no text, whatever the quotes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', ' ', '\n', '\r'), maxLength: 40 });
    const letters = (value: string): string => value.replaceAll(/[^a]/g, '');
    fc.assert(
      fc.property(text, (value) => {
        expect(letters(cellsOf(value).flat().join(''))).toBe(letters(value));
      }),
    );
  });

  it('have the number of the line where they begin', () => {
    const text = 'a\r\n\r\n"b\nc\r\nd",e\rf\n\n"g" x,h';
    expect(readRows(text, ',')).toEqual([
      { cells: ['a'], line: 1 },
      { cells: ['b\nc\nd', 'e'], line: 3 },
      { cells: ['f'], line: 6 },
      { cells: ['"g" x', 'h'], line: 8 },
    ]);
  });
});

describe('a hostile file takes no longer than an ordinary one of the same size', () => {
  const LINES = 190_000;
  const ordinary = `user\n${'alice@contoso.com\n'.repeat(100_000)}`;
  const fill = (line: string): string => line.repeat(Math.min(LINES, Math.ceil(ordinary.length / line.length)));

  /** The least of some attempts: other programs of the machine only make it longer. */
  async function leastMs(content: string): Promise<number> {
    const bytes = Buffer.from(content);
    let least = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3; attempt++) {
      const start = performance.now();
      await readUserFile(bytes).catch(() => undefined);
      least = Math.min(least, performance.now() - start);
    }
    return least;
  }

  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
    ['bars', '|'],
    ['quotes', '"'],
    ['line feeds', '\n'],
    ['returns', '\r'],
    ['lines of a quote', '"\n'],
    ['lines of quotes in the wrong place', 'a"b,"c\n'],
    ['lines of quotes that never end', ',"x\n'],
    ['lines of text after quotes', '"alice@contoso.com" x,\n'],
    ['lines of 5,000 cells', `${','.repeat(4_999)}\n`],
    ['lines of 65,536 characters', `${'x@'.repeat(32_000)}\n`],
    ['lines of brackets', `${'('.repeat(400)}${'@'.repeat(400)}\n`],
    ['lines of what mail programs put around addresses', `${';,. '.repeat(240)}<(@\n`],
  ])('%s', async (_, line) => {
    const hostile = await leastMs(`user\n${fill(line)}`);
    // A reader that started again for each line took 50 times as long.
    expect(hostile / (await leastMs(ordinary))).toBeLessThan(10);
  });
});

it('a text that only looks like a reference is looked at in one pass', () => {
  const least = (text: string): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const start = performance.now();
        for (let times = 0; times < 200; times++) readReference(text);
        return performance.now() - start;
      }),
    );
  // Twice the length: four times as long where each character looks at all others.
  for (const unit of ['(@', '@', '<@', '[](@', '"@', ';@ ', 'mailto:@?', '%@', "'@"])
    expect(least(`(${unit.repeat(990 / unit.length)}`), unit).toBeLessThan(
      8 * Math.max(least(`(${unit.repeat(240 / unit.length)}`), 0.5),
    );
});
