import { NotFoundError, RequestError } from '../errors.ts';

interface KnownRoute {
  readonly method: string;
  /** The path below the address of the API, with parameters such as `{operationId}`. */
  readonly path: string;
}

/**
 * The error for a request without a route: 405 with the allowed methods when other methods have this path (RFC 9110,
 * 15.5.6), otherwise 404.
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
  return new RequestError(405, 'MethodNotAllowed', `This route allows only ${methods}.`, {
    headers: { Allow: methods },
  });
}

/** Compares like the host: without case, and without a slash at the end. */
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
