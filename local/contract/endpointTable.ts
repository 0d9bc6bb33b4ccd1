import { placedParameters } from '../../shared/contract/placedParameters.ts';
import type { Route } from '../../shared/contract/route.ts';

const BEGIN = '<!-- endpoints: npm run contract writes this table -->';
const END = '<!-- end of endpoints -->';

/**
 * A page of documentation with the table of endpoints in it, in place of the one that was there.
 * @throws Error when the page has no place for it
 */
export function withEndpointTable(page: string, routes: readonly Route[]): string {
  const [before, rest] = split(page, BEGIN);
  const [, after] = split(rest, END);
  return `${before}${BEGIN}\n${endpointTable(routes)}${END}${after}`;
}

function endpointTable(routes: readonly Route[]): string {
  const rows = routes.map((route) => `| \`${addressOf(route)}\` | ${rolesOf(route)} | ${route.description} |\n`);
  return `| route | app role | |\n|---|---|---|\n${rows.join('')}`;
}

/** The method, the path and what a list can be filtered by. */
function addressOf(route: Route): string {
  const filters = placedParameters(route).filter(({ in: place, name }) => place === 'query' && name !== 'page');
  const query = filters.map(({ name }) => `${name}=`).join('&');
  return `${route.method} ${route.path}${query && `?${query}`}`;
}

function rolesOf({ roles }: Route): string {
  return roles === null ? 'none' : roles.map((role) => `\`${role}\``).join(' or ');
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`The page has no line "${mark}". Put it where the table of endpoints shall be.`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
