/**
 * Builds a path below the Graph version. Values in `${…}` are encoded, so that a `/`, `?`, `#` or `..` in them cannot
 * change the resource. (Graph cuts a URL at an unencoded `#`, which occurs in the names of guests.)
 */
export function graphPath(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}

/** A string literal of an OData filter, with its quotes doubled. The caller must encode it for the URL. */
export function odataText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
