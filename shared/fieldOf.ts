/** A property of data whose shape is not known; undefined when the value is no object or has no such property. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
