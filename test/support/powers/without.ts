/** What is in one list more often than in another. */
export function without(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return list.filter((key) => {
    const position = left.indexOf(key);
    if (position >= 0) left.splice(position, 1);
    return position < 0;
  });
}
