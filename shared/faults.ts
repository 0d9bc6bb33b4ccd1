import { z } from 'zod';
import { type ErrorDetail, InvalidRequestError } from './errors.ts';
import { safeToEcho } from './safeToEcho.ts';

/** The most faults that an answer lists. */
const MAX_DETAILS = 100;

/** The words for the types of JSON in messages. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
};
const FORMATS: Readonly<Record<string, string>> = {
  guid: 'a UUID',
  uuid: 'a UUID',
  date: 'a date',
  datetime: 'a time',
};

/** A valid value, or the faults of an invalid one. */
export type Reading<T> = { readonly value: T } | { readonly faults: readonly ErrorDetail[] };

/**
 * Reads a value from a request. Reports each fault once, with the API's own messages instead of the schema library's,
 * and never repeats text of the caller.
 * @param at the position of the value in the request
 */
export function tryRead<T>(schema: z.ZodType<T>, value: unknown, at: readonly string[] = []): Reading<T> {
  const result = schema.safeParse(value, { error: wordsOf, reportInput: true });
  if (result.success) return { value: result.data };
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, at));
  const targets = new Set<string | undefined>();
  return { faults: faults.filter(({ target }) => !targets.has(target) && targets.add(target)) };
}

/**
 * Reads the body of a request.
 * @throws InvalidRequestError with the first 100 faults by position
 */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const reading = tryRead(schema, body);
  if ('value' in reading) return reading.value;
  throw invalid(reading.faults);
}

export function invalid(faults: readonly ErrorDetail[]): InvalidRequestError {
  const [first] = faults;
  const more = faults.length > 1 ? ` ${faults.length - 1} more: see details.` : '';
  return new InvalidRequestError(`The request is not valid: ${first?.target} ${first?.message}.${more}`, {
    ...(first?.target === undefined ? {} : { target: first.target }),
    details: faults.slice(0, MAX_DETAILS),
  });
}

function faultsOf(issue: z.core.$ZodIssue, at: readonly string[]): ErrorDetail[] {
  const path = [...at, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      code: 'UnknownProperty',
      message: issue.message,
      target: pathText([...path, safeToEcho(key)]),
    }));
  return [{ code: codeOf(issue), message: issue.message, target: pathText(path) || 'body' }];
}

function codeOf({ code, input }: z.core.$ZodIssue): string {
  if (code !== 'invalid_type' && code !== 'invalid_value') return 'Invalid';
  if (input === undefined) return 'Missing';
  return code === 'invalid_type' || typeof input !== 'string' ? 'WrongType' : 'Invalid';
}

/** The message of a fault, to be read after the name of the field, when the schema has none. */
function wordsOf(issue: z.core.$ZodRawIssue): string {
  const missing = issue.input === undefined;
  switch (issue.code) {
    case 'invalid_type': {
      const type = TYPES[issue.expected] ?? 'another value';
      return missing ? `is missing: it must be ${type}` : `must be ${type}`;
    }
    case 'invalid_value': {
      const words = issue.values.map(String).join(', ');
      return missing ? `is missing: it must be one of ${words}` : `must be one of ${words}`;
    }
    case 'too_big':
      return `must have at most ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'too_small':
      return `must have at least ${issue.minimum} ${issue.origin === 'string' ? 'characters' : 'entries'}`;
    case 'invalid_format':
      return `must be ${FORMATS[issue.format] ?? 'in another format'}`;
    case 'unrecognized_keys':
      return `is unknown: remove it${knownNames(issue.inst)}`;
    default:
      return 'has a value that is not allowed';
  }
}

function knownNames(schema: unknown): string {
  return schema instanceof z.ZodObject ? `, or use one of ${Object.keys(schema.shape).join(', ')}` : '';
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}
