/**
 * Header names in lower case, and the values of one name joined by a comma. Kestrel reads values as UTF-8; next to a
 * transfer encoding a length does not count, and is handed on under another name.
 * @param rawHeaders names and values in turn, as Node.js has them: one character for each byte
 * @returns undefined when Kestrel refuses them with 400: a value that is not UTF-8, or has a null character
 */
export function readHeaders(rawHeaders: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] as string).toLowerCase();
    let value: string;
    try {
      value = decoder.decode(Buffer.from(rawHeaders[at + 1] as string, 'latin1'));
    } catch {
      return undefined;
    }
    if (value.includes('\0')) return undefined;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  const length = headers.get('content-length');
  if (length !== undefined && headers.has('transfer-encoding')) {
    headers.delete('content-length');
    headers.set('x-content-length', length);
  }
  return headers;
}
