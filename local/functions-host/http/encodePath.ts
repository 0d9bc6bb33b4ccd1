const KEPT = /%[0-9a-f]{2}|[^a-z0-9\-._~!$&'()*+,;=:@/]/giu;

/**
 * A decoded path as it stands in an address, as ASP.NET Core writes it: the characters that RFC 3986 allows in a path
 * stay, also an escape that was not decoded; every other one is escaped as UTF-8. So `%2B` arrives as `+`.
 */
export function encodePath(path: string): string {
  return path.replaceAll(KEPT, (found) =>
    found.length > 2 && found.startsWith('%') ? found : encodeURIComponent(found),
  );
}
