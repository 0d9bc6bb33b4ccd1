import type { Span } from './screen.ts';

const FONT_SIZE = 14;
const LINE_HEIGHT = 20;
/** Of the fonts named below, the widest has this width at that size. */
const CHARACTER_WIDTH = 8.45;
const PADDING = 20;

/** Colours for a light background and, where the reader's system is dark, for a dark one. Each has a contrast above 5. */
const CSS = `
  .paper { fill: #f6f8fa; stroke: #d0d7de }
  text { fill: #1f2328; font: ${FONT_SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre }
  .bold { font-weight: bold }
  .green { fill: #116329 } .yellow { fill: #7d4e00 } .red { fill: #a40e26 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 }
    .green { fill: #56d364 } .yellow { fill: #e3b341 } .red { fill: #ff7b72 }
  }`;

/**
 * A picture of a terminal. It needs no fonts, scripts or files of others.
 * @param title what the picture shows, for those who do not see it
 * @param columns how many characters are in a line
 */
export function terminalPicture(title: string, lines: readonly (readonly Span[])[], columns: number): string {
  const width = Math.ceil(columns * CHARACTER_WIDTH) + 2 * PADDING;
  const height = lines.length * LINE_HEIGHT + 2 * PADDING;
  const texts = lines.map((spans, index) => {
    const y = PADDING + index * LINE_HEIGHT + FONT_SIZE;
    return `<text x="${PADDING}" y="${y}" xml:space="preserve">${spans.map(spanMarkup).join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<style>${CSS}
</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

/** The lines of text in such a picture. */
export function textOfPicture(svg: string): string[] {
  return [...svg.matchAll(/^<text [^>]*>(.*)<\/text>$/gm)].map(([, markup]) =>
    (markup as string)
      .replace(/<[^>]*>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&'),
  );
}

function spanMarkup({ text, style }: Span): string {
  return style === undefined ? escaped(text) : `<tspan class="${style}">${escaped(text)}</tspan>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
