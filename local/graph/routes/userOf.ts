import { notFound } from '../http/graphError.ts';
import type { RouteContext } from './route.ts';

/**
 * The user that a path names first, by object id or user principal name.
 * @throws GraphError 404
 */
export function userOf({ tenant, params }: RouteContext): number {
  const key = params[0] as string;
  const user = tenant.directory.find(key);
  if (user === undefined) throw notFound(key);
  return user;
}
