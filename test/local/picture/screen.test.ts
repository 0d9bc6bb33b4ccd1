import { expect, it } from 'vitest';
import { screenLines } from '../../../local/picture/screen.ts';
import { terminalPicture, textOfPicture } from '../../../local/picture/svg.ts';

it('a screen shows what was written last on each line, in the colours that are on', () => {
  const sent =
    '\r[##..] 5 of 9\u001B[K\r\u001B[Kplain \u001B[1mbold\u001B[22m <&>\r\n\u001B[33myellow\r\nstill\u001B[39m\n';
  expect(screenLines(sent)).toEqual([
    [
      { text: 'plain ', style: undefined },
      { text: 'bold', style: 'bold' },
      { text: ' <&>', style: undefined },
    ],
    [{ text: 'yellow', style: 'yellow' }],
    [{ text: 'still', style: 'yellow' }],
    [],
  ]);
});

it('a picture has the text of the screen', () => {
  const svg = terminalPicture('A "title" <&>', screenLines('a  <&> \u001B[32mb\u001B[39m\n\nc'), 80);
  expect(textOfPicture(svg)).toEqual(['a  <&> b', '', 'c']);
  expect(svg).toContain('<tspan class="green">b</tspan>');
  expect(svg).toContain('<title>A "title" &lt;&amp;&gt;</title>');
});
