import { fieldOf } from './fieldOf.ts';

/** Limits of a message's length, of the depth of causes, and of the errors in an AggregateError. */
const MOST_CHARACTERS = 300;
const DEEPEST = 5;
const MOST_ERRORS = 5;
const MOST_IN_ALL = 1_500;

/**
 * Describes an error, or anything else that was thrown, in one line of a log: name, code or status, message, causes,
 * and the errors of an AggregateError. Leaves out stacks, bodies, tokens, keys and mail addresses. Never throws.
 */
export function describeError(thrown: unknown): string {
  return describe(thrown, new Set()).slice(0, MOST_IN_ALL);
}

function describe(thrown: unknown, seen: Set<unknown>): string {
  try {
    if (typeof thrown !== 'object' || thrown === null) return `not an Error: ${typeof thrown} ${clean(String(thrown))}`;
    if (seen.has(thrown)) return 'the same error again';
    if (seen.size >= DEEPEST * MOST_ERRORS) return '…';
    seen.add(thrown);
    return describeObject(thrown, seen);
  } catch {
    return 'an error that cannot be read';
  }
}

interface ErrorLike {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

function describeObject(thrown: object, seen: Set<unknown>): string {
  const { name, message, code, status, statusCode, cause, errors }: ErrorLike = thrown;
  const text = typeof message === 'string' ? clean(message) : '';
  const marks = [code, statusCode ?? status].filter((mark) => typeof mark === 'number' || isWord(mark));
  const untold = [...new Set(marks.map(String))].filter((mark) => !text.includes(mark));
  const kind = thrown instanceof Error && isWord(name) ? name : 'not an Error';
  const head = `${kind}${untold.length === 0 ? '' : ` (${untold.join(', ')})`}${text === '' ? '' : `: ${text}`}`;
  const parts = Array.isArray(errors) ? errors.slice(0, MOST_ERRORS).map((error) => describe(error, seen)) : [];
  const more = Array.isArray(errors) && errors.length > MOST_ERRORS ? ` and ${errors.length - MOST_ERRORS} more` : '';
  const all = parts.length === 0 ? head : `${head} [${parts.join(' | ')}${more}]`;
  return isTold(cause, text) ? all : `${all}; because ${describe(cause, seen)}`;
}

/** Whether the cause is missing, or adds nothing to the message. */
function isTold(cause: unknown, text: string): boolean {
  if (cause === undefined || cause === null) return true;
  return typeof cause !== 'object' && clean(String(cause)) === text;
}

/** A name or a code, and not a text. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value);
}

/**
 * The first line of a message of another service, shortened, without tokens, keys and mail addresses: safe in logs and
 * outcomes.
 */
export function safeText(message: string): string {
  return clean(message);
}

/** The first line of a message, without what must not be in a log. Some clients put the body of an answer there. */
function clean(message: string): string {
  const line = message.trimStart().startsWith('{')
    ? messageIn(message)
    : (message.trim().split(/[\r\n\u2028\u2029]/)[0] ?? '');
  return line
    .replaceAll(/\beyJ[\w-]+(?:\.[\w-]*)*/g, '<token>')
    .replaceAll(/\b(Bearer|SharedAccessSignature)\s+\S+/gi, '$1 <secret>')
    .replaceAll(/\b(AccountKey|SharedAccessKey|sig|client_secret|password)=[^\s;&"']+/gi, '$1=<secret>')
    .replaceAll(/[^\s@<>"'(),;:/=]+@[^\s@<>"'(),;:/=]*[^\s@<>"'(),;:/=.]/g, '<address>')
    .slice(0, MOST_CHARACTERS);
}

/** The message in a JSON body: Graph has `error.message`, Table Storage `odata.error.message.value`. */
function messageIn(body: string): string {
  let found: unknown;
  try {
    const json: unknown = JSON.parse(body);
    const error = fieldOf(json, 'error') ?? fieldOf(json, 'odata.error') ?? json;
    const message = fieldOf(error, 'message');
    found = fieldOf(message, 'value') ?? message;
  } catch {
    // Not JSON: the text is left out.
  }
  return typeof found === 'string' ? (found.split(/[\r\n]/)[0] ?? '') : 'an answer in JSON';
}
