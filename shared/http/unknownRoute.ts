import { NotFoundError, RequestError } from '../errors.ts';

interface KnownRoute {
  readonly method: string;
  /** Below the address of the API, with parameters such as `{operationId}`. */
  readonly path: string;
}

/**
 * The error for a request that fits none of the routes: 405 with the methods that its path takes (RFC 9110, 15.5.6), or
 * 404 when no route has such a path.
 * @param path below the address of the API, without a slash in front
 */
export function unknownRoute(path: string, routes: readonly KnownRoute[]): RequestError {
  const fitting = routes.filter((route) => fits(route.path, path));
  if (fitting.length === 0)
    return new NotFoundError(
      'RouteNotFound',
      'The API has no such route. GET docs shows all of them, and GET openapi.json lists them for programs.',
    );
  const methods = [...new Set(fitting.map(({ method }) => method))].join(', ');
  return new RequestError(405, 'MethodNotAllowed', `This route takes only ${methods}.`, {
    headers: { Allow: methods },
  });
}

/** As the host compares: ignoring case, and a slash at the end. */
function fits(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.replace(/\/$/, '').split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => {
      const text = given[index] ?? '';
      return segment.startsWith('{') ? text !== '' : segment.toUpperCase() === text.toUpperCase();
    })
  );
}
