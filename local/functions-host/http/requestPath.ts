const SLASH = 0x2f;

/**
 * The segments of a request's path, decoded as Kestrel does: percent-encoded UTF-8 becomes text, `%2F` stays as it is
 * (so a slash in a parameter cannot be told from one between segments), what is not UTF-8 stays as it is, and `.` and
 * `..` are taken out after decoding.
 * @param target the request target, with or without a query
 * @returns undefined for a path that Kestrel refuses, because it has a null character in it
 */
export function decodePath(target: string): string[] | undefined {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
  if (/%00/.test(path)) return undefined;
  const segments: string[] = [];
  for (const segment of path.replace(/^\//, '').replace(/\/$/, '').split('/')) {
    const decoded = segment.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodeRun);
    if (decoded === '..') segments.pop();
    else if (decoded !== '.') segments.push(decoded);
  }
  return segments.length === 1 && segments[0] === '' ? [] : segments;
}

/** Whether a Host header names a host, with or without a port, and nothing else. Kestrel refuses others with 400. */
export function isHost(header: string): boolean {
  return /^[\w.:[\]-]+$/.test(header) && URL.canParse(`http://${header}`);
}

/** Decodes consecutive escapes, one UTF-8 character at a time. */
function decodeRun(run: string): string {
  const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] === SLASH ? 0 : characterLength(bytes, at);
    text += length === 0 ? run.slice(at * 3, at * 3 + 3) : bytes.toString('utf8', at, at + length);
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
