import { isLoopback } from './loopback.ts';

/** Settings that Azure gives to the instances of its plans. Development containers have other ones of their own. */
const HOSTED = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SITE_NAME', 'WEBSITE_SKU'];

/**
 * Why this is not a developer's machine, where the API may let everybody in; undefined when it is one.
 *
 * What tells it: `AZURE_FUNCTIONS_ENVIRONMENT` is `Development`, which `func start` and the local host set and Azure
 * never does; none of the settings is there that Azure gives to its instances; and `WEBSITE_HOSTNAME`, the name that the
 * host is called by, is missing or is this machine's (`func start` sets it to `localhost:7071`). A host may yet listen on
 * more than the loopback address, so each request is looked at too.
 */
export function whyNotDevelopment(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment.AZURE_FUNCTIONS_ENVIRONMENT !== 'Development') return 'with AZURE_FUNCTIONS_ENVIRONMENT=Development';
  const host = environment.WEBSITE_HOSTNAME ?? '';
  if (HOSTED.some((name) => (environment[name] ?? '') !== '') || (host !== '' && !isLoopback(`http://${host}`)))
    return 'on a host that listens on the loopback address';
  return undefined;
}

/** What must be known of a request to tell where it comes from. */
export interface Origin {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * Whether a request was made to this machine by its own name, and not by a web page of somebody else's: a page may send
 * requests to whatever listens on the machine of who reads it, under its own name (Origin) or one it was given (Host).
 */
export function isFromThisMachine({ url, headers }: Origin): boolean {
  const host = headers.get('host');
  const origin = headers.get('origin');
  return isLoopback(url) && (host === null || isLoopback(`http://${host}`)) && (origin === null || isLoopback(origin));
}
