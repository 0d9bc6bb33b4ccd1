export type RouteConstraint = (value: string) => boolean;

const number = (pattern: RegExp) => (value: string) => pattern.test(value);
const GUID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f-]{36}\}|\([0-9a-f-]{36}\))$/i;

/** Constraints of ASP.NET Core route templates, by name; each takes what stands between its brackets. */
const CONSTRAINTS: Readonly<Record<string, (argument: string) => RouteConstraint>> = {
  int: () => (value) => /^[+-]?\d+$/.test(value) && Number(value) >= -(2 ** 31) && Number(value) < 2 ** 31,
  long: () => (value) => /^[+-]?\d+$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => GUID.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => number(/^[+-]?(\d+\.?\d*|\.\d+)$/),
  double: () => number(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i),
  float: () => number(/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  min: (argument) => (value) => /^[+-]?\d+$/.test(value) && Number(value) >= Number(argument),
  max: (argument) => (value) => /^[+-]?\d+$/.test(value) && Number(value) <= Number(argument),
  range: (argument) => {
    const [low, high] = argument.split(',').map(Number) as [number, number];
    return (value) => /^[+-]?\d+$/.test(value) && Number(value) >= low && Number(value) <= high;
  },
  minlength: (argument) => (value) => value.length >= Number(argument),
  maxlength: (argument) => (value) => value.length <= Number(argument),
  length: (argument) => {
    const [low, high] = argument.split(',').map(Number) as [number, number | undefined];
    return (value) => value.length >= low && value.length <= (high ?? low);
  },
  regex: (argument) => {
    const pattern = new RegExp(argument, 'i');
    return (value) => pattern.test(value);
  },
};

/**
 * Reads a constraint of a route template, such as `int` or `length(1,20)`.
 * See https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints.
 * @throws Error when there is no such constraint
 */
export function parseConstraint(text: string): RouteConstraint {
  const [, name = '', argument = ''] = /^([a-z]+)(?:\(([\s\S]*)\))?$/i.exec(text) ?? [];
  const constraint = CONSTRAINTS[name.toLowerCase()];
  if (!constraint) throw new Error(`There is no route constraint "${text}".`);
  return constraint(argument);
}
