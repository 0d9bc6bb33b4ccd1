/** A text of several lines as a cell of a table shows it. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' / ');
}
