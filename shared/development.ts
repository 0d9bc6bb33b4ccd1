import { isLoopback } from './loopback.ts';

/** Settings of instances in Azure. Development containers do not have them. */
const HOSTED = ['WEBSITE_INSTANCE_ID', 'WEBSITE_SITE_NAME', 'WEBSITE_SKU'];

/**
 * Why this is not a developer's machine, where the API may accept requests without a token; undefined when it is one.
 *
 * On a developer's machine, `AZURE_FUNCTIONS_ENVIRONMENT` is `Development`, which `func start` and the local host set
 * and Azure never sets. The settings of instances in Azure are missing. `WEBSITE_HOSTNAME`, the name of the host, is
 * missing or means this machine (`func start` sets `localhost:7071`). The host may still listen on other addresses, so
 * each request is checked too.
 */
export function whyNotDevelopment(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment.AZURE_FUNCTIONS_ENVIRONMENT !== 'Development') return 'with AZURE_FUNCTIONS_ENVIRONMENT=Development';
  const host = environment.WEBSITE_HOSTNAME ?? '';
  if (HOSTED.some((name) => (environment[name] ?? '') !== '') || (host !== '' && !isLoopback(`http://${host}`)))
    return 'on a host that listens on the loopback address';
  return undefined;
}

/** The parts of a request that show its origin. */
export interface Origin {
  readonly url: string;
  readonly headers: { get(name: string): string | null };
}

/**
 * Whether a request was sent to a local address, and not by a web page from elsewhere. A page can send requests to any
 * server on the machine of its reader; the headers Origin and Host show that.
 */
export function isFromThisMachine({ url, headers }: Origin): boolean {
  const host = headers.get('host');
  const origin = headers.get('origin');
  return isLoopback(url) && (host === null || isLoopback(`http://${host}`)) && (origin === null || isLoopback(origin));
}
