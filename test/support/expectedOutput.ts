/** Stands for any text within a line, and alone on a line for any number of lines. */
const ANYTHING = '…';

/**
 * Whether a program printed what a page promises. `…` stands for what differs each time: within a line for any text, alone
 * on a line for any lines, also none. How wide the columns of a table are does not matter.
 */
export function isAsPromised(printed: string, promised: readonly string[]): boolean {
  return matches(plain(printed), promised.map(plainLine));
}

/** The lines of an output in the form in which they are compared. */
export function plain(text: string): string[] {
  return text.trimEnd().split(/\r?\n/).map(plainLine);
}

function plainLine(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

function matches(lines: readonly string[], promised: readonly string[]): boolean {
  const [first, ...rest] = promised;
  if (first === undefined) return lines.length === 0;
  if (first === ANYTHING)
    return Array.from({ length: lines.length + 1 }, (_, skipped) => skipped).some((skipped) =>
      matches(lines.slice(skipped), rest),
    );
  const [line, ...others] = lines;
  return line !== undefined && isLine(line, first) && matches(others, rest);
}

function isLine(line: string, promised: string): boolean {
  const pattern = promised
    .split(ANYTHING)
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(line);
}
