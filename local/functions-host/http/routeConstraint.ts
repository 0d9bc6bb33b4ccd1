export type RouteConstraint = (value: string) => boolean;

/** .NET reads numbers with white space around them. */
const INTEGER = /^[\t-\r ]*([+-]?\d+)[\t-\r ]*$/;
const DECIMAL = /^[\t-\r ]*[+-]?(\d[\d,]*(\.\d*)?|\.\d+)[\t-\r ]*$/;
const FLOAT = /^[\t-\r ]*([+-]?(\d[\d,]*(\.\d*)?|\.\d+)(e[+-]?\d+)?|[+-]?(nan|infinity|\u221e))[\t-\r ]*$/i;
const GUID =
  /^\s*(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f-]{36}\}|\([0-9a-f-]{36}\))\s*$/i;

const INT = { low: -(2n ** 31n), high: 2n ** 31n - 1n };
const LONG = { low: -(2n ** 63n), high: 2n ** 63n - 1n };

function integerWithin(low: bigint, high: bigint): RouteConstraint {
  return (value) => {
    const [, digits] = INTEGER.exec(value) ?? [];
    if (digits === undefined) return false;
    const number = BigInt(digits.replace('+', ''));
    return number >= low && number <= high;
  };
}

/** Constraints of ASP.NET Core route templates, by name; each takes what stands between its brackets. */
const CONSTRAINTS: Readonly<Record<string, (argument: string) => RouteConstraint>> = {
  int: () => integerWithin(INT.low, INT.high),
  long: () => integerWithin(LONG.low, LONG.high),
  bool: () => (value) => /^\s*(true|false)\s*$/i.test(value),
  guid: () => (value) => GUID.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  decimal: () => (value) => DECIMAL.test(value),
  double: () => (value) => FLOAT.test(value),
  float: () => (value) => FLOAT.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  required: () => (value) => value !== '',
  min: (argument) => integerWithin(BigInt(argument), LONG.high),
  max: (argument) => integerWithin(LONG.low, BigInt(argument)),
  range: (argument) => {
    const [low = '', high = ''] = argument.split(',');
    return integerWithin(BigInt(low), BigInt(high));
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
 * @throws Error when there is no such constraint, or its argument cannot be read
 */
export function parseConstraint(text: string): RouteConstraint {
  const [, name = '', argument = ''] = /^([a-z]+)(?:\(([\s\S]*)\))?$/i.exec(text) ?? [];
  const constraint = CONSTRAINTS[name.toLowerCase()];
  if (!constraint) throw new Error(`There is no route constraint "${text}".`);
  return constraint(argument);
}
