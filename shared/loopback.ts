/** True for a URL whose host is this machine. Text that is no URL is not. */
export function isLoopback(url: string): boolean {
  return URL.canParse(url) && isLoopbackName(new URL(url).hostname);
}

/** True for the name or address of this machine, as a URL has it. */
export function isLoopbackName(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname.toLowerCase());
}
