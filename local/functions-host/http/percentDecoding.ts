/**
 * Decodes percent-encoded UTF-8, one character at a time, as .NET does: what is not UTF-8, and every character that
 * `keep` names, stays as it is.
 */
export function decodePercent(text: string, keep = ''): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => decodeRun(run, keep));
}

/** Decodes consecutive escapes. */
function decodeRun(run: string, keep: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = characterLength(bytes, at);
    const character = bytes.toString('utf8', at, at + length);
    const stays = length === 0 || keep.includes(character);
    text += stays ? run.slice(at * 3, at * 3 + 3) : character;
    at += Math.max(length, 1);
  }
  return text;
}

/** How many bytes the character takes that starts there; 0 when they are not valid UTF-8. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const character = bytes.subarray(at, at + length);
  return Buffer.from(character.toString('utf8')).equals(character) ? length : 0;
}
