/** A property of unknown data; undefined when the value is not an object or lacks the property. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
