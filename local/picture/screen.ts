/** The looks that the command line uses, by their codes in a terminal (SGR). */
const STYLES = { 1: 'bold', 31: 'red', 32: 'green', 33: 'yellow' } as const;
export type Style = (typeof STYLES)[keyof typeof STYLES];

/** Text of one look. */
export interface Span {
  readonly text: string;
  readonly style: Style | undefined;
}

const ESCAPE = '\u001B';

/** The lines that a terminal shows at last of what it was sent: a line that was written over is gone. */
export function screenLines(sent: string): Span[][] {
  const lines = sent.replaceAll('\r\n', '\n').split('\n').map(lastOnLine);
  let style: Style | undefined;
  return lines.map((line) => {
    const spans: Span[] = [];
    for (const [, codes, text] of line.matchAll(new RegExp(`(?:${ESCAPE}\\[([\\d;]*)m)?([^${ESCAPE}]*)`, 'g'))) {
      if (codes !== undefined) style = styleOf(Number(codes));
      if (text) spans.push({ text, style });
    }
    return spans;
  });
}

/** What stands on a line after the last carriage return, without the codes that clear it. */
function lastOnLine(line: string): string {
  return (line.split('\r').at(-1) as string).replaceAll(`${ESCAPE}[K`, '');
}

function styleOf(code: number): Style | undefined {
  return code in STYLES ? STYLES[code as keyof typeof STYLES] : undefined;
}
