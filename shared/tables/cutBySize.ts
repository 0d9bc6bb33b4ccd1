/**
 * Cuts a list into parts of at most so many items and bytes, keeping the order. The same list always gives the same parts.
 * A single item above the limit is a part by itself.
 */
export function cutBySize<T>(
  items: readonly T[],
  limit: { readonly items: number; readonly bytes: number },
  bytesOf: (item: T) => number,
): T[][] {
  const parts: T[][] = [];
  let size = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    const last = parts.at(-1);
    if (last === undefined || last.length === limit.items || size + bytes > limit.bytes) {
      parts.push([item]);
      size = bytes;
    } else {
      last.push(item);
      size += bytes;
    }
  }
  return parts;
}
