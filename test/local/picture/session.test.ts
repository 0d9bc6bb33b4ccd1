import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordSession } from '../../../local/picture/session.ts';
import { textOfPicture } from '../../../local/picture/svg.ts';

const svg = readFileSync('docs/images/session.svg', 'utf8');

/** A line without what differs each time: ids and times. */
function lasting(line: string): string {
  return line
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/g, 'TIME')
    .trimEnd();
}

describe('the picture of the README', () => {
  it('needs nothing of others: no fonts, scripts, links or pictures', () => {
    expect(svg).not.toMatch(/<script|@import|@font-face|url\(|href|<image|foreignObject/i);
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  it('is for light and dark', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });

  // Elsewhere there is no `script` that makes a pseudo-terminal in this way.
  describe.skipIf(process.platform !== 'linux')('recorded again', () => {
    it('shows the same, except for ids and times', async () => {
      const recorded = (await recordSession()).map((spans) => spans.map(({ text }) => text).join(''));
      expect(recorded.map(lasting), 'docs/images/session.svg is stale: run npm run picture').toEqual(
        textOfPicture(svg).map(lasting),
      );
    });
  });
});
