/** Collections whose next segment names somebody or something. */
const COLLECTIONS = new Set(['users', 'groups', 'directoryRoles', 'directoryObjects']);

/** The path of a request to Graph without the version, the query and whatever names a person: `/users/{id}/sendMail`. */
export function graphRoute(path: string): string {
  const { pathname } = new URL(path, 'https://graph');
  const segments = pathname.replace(/^\/(?:beta|v1\.0)(?=\/)/, '').split('/');
  return segments
    .map((segment, index) => (COLLECTIONS.has(segments[index - 1] ?? '') ? '{id}' : segment.replace(/\(.*/, '(…)')))
    .join('/');
}
