import { readFileSync } from 'node:fs';

/** The rows of the first table whose header starts with these columns; code marks are left out. */
export function readTable(path: URL, ...columns: readonly string[]): string[][] {
  const lines = readFileSync(path, 'utf8').split('\n');
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''));
  const header = lines.findIndex((line) => columns.every((column, index) => cells(line)[index] === column));
  if (header < 0) throw new Error(`There is no table with the columns ${columns.join(', ')}`);
  const rows = lines.slice(header + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end < 0 ? rows.length : end).map(cells);
}
