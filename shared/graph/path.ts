/**
 * Builds a path below the Graph version: what stands in `${…}` is data and is encoded, so that no `/`, `?`, `#` or `..`
 * of it can change which resource is meant. (Graph cuts a URL at an unencoded `#`, as guests' names have it.)
 */
export function graphPath(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => encodeURIComponent(value)));
}

/** A string literal of an OData filter: quotes are doubled. Still to be encoded as part of a URL. */
export function odataText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
