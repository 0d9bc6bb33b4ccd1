/** In a path, the segment after one of these is an id or a name. */
const COLLECTIONS = new Set(['users', 'groups', 'directoryRoles', 'directoryObjects']);

/** The path of a request to Graph without version, query, ids and names, such as `/users/{id}/sendMail`. */
export function graphRoute(path: string): string {
  const { pathname } = new URL(path, 'https://graph');
  const segments = pathname.replace(/^\/(?:beta|v1\.0)(?=\/)/, '').split('/');
  return segments
    .map((segment, index) => (COLLECTIONS.has(segments[index - 1] ?? '') ? '{id}' : segment.replace(/\(.*/, '(…)')))
    .join('/');
}
