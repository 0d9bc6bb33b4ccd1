import { PassThrough } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ProgressDisplay, progressLine } from '../../../local/demo/progress.ts';

/** A stream that remembers, on a terminal or not. */
function stream(isTTY: boolean): { stream: WriteStream; text: () => string } {
  const passing = Object.assign(new PassThrough(), { isTTY, columns: 60 });
  return { stream: passing as unknown as WriteStream, text: () => String(passing.read() ?? '') };
}

const half = { references: 10, counts: { pending: 5, applied: 4, refused: 1, failed: 0 } };

describe('progressLine', () => {
  it('says how much is done, and with which outcomes', () => {
    expect(progressLine(half, 2)).toBe('[###############...............] 5 of 10  2.0 s  4 applied  1 refused');
  });

  it('stands an operation without references', () => {
    expect(progressLine({ references: 0, counts: { pending: 0 } }, 0)).toContain('0 of 0');
  });
});

describe('ProgressDisplay', () => {
  it('rewrites one line on a terminal, which never gets longer than the terminal is wide', () => {
    const terminal = stream(true);
    const display = new ProgressDisplay(terminal.stream, () => 0);
    display.show(half, 1);
    display.show(half, 2);
    display.end();
    const text = terminal.text();
    expect(text.match(/\n/g)).toHaveLength(1);
    const line = stripVTControlCharacters(text).trimEnd();
    expect(line).toBe(
      [1, 2]
        .map((seconds) => progressLine(half, seconds).slice(0, 59))
        .join('')
        .trimEnd(),
    );
  });

  it('writes a line now and then elsewhere, and the last one always', () => {
    const file = stream(false);
    let now = 0;
    const display = new ProgressDisplay(file.stream, () => now);
    for (let second = 0; second < 8; second++, now += 1_000) display.show(half, second);
    display.show(half, 8, true);
    display.end();
    expect(file.text()).toBe([0, 5, 8].map((seconds) => `${progressLine(half, seconds)}\n`).join(''));
  });
});
