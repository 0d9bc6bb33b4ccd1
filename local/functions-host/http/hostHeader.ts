/** Whether a Host header names a host, with or without a port, and nothing else; Kestrel refuses others with 400. */
export function isHost(header: string): boolean {
  return header === '' || (/^[\w.:[\]-]+$/.test(header) && URL.canParse(`http://${header}`));
}
