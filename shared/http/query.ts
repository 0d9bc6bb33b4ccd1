import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import type { ErrorDetail } from '../errors.ts';
import { invalid, tryRead } from '../faults.ts';
import { safeToEcho } from '../safeToEcho.ts';
import { mediaType } from './body.ts';

/** A parameter, as far as reading it goes. */
interface ReadableParameter {
  readonly schema: z.ZodType;
  /** `always`, or the media type of a body with which it is taken although the contract does not have it. */
  readonly former?: string;
}

type Readable = Readonly<Record<string, ReadableParameter>>;

/** Names that parameters had before, and what they are called now. */
const RENAMED: Readonly<Record<string, string>> = {
  after: 'page',
  from: 'fromDateTime',
  to: 'toDateTime',
};

/**
 * Reads the query of a request: only parameters of the route, each at most once, with a value that it takes.
 * @param parameters of the route; none when missing
 * @throws InvalidRequestError that names each parameter that is wrong
 */
export function readQuery<Query extends Readable>(
  request: HttpRequest,
  parameters: (() => Query) | undefined,
): { readonly [Name in keyof Query]?: z.output<Query[Name]['schema']> } {
  const type = mediaType(request);
  const taken = new Map(
    Object.entries<ReadableParameter>(parameters?.() ?? {}).filter(
      ([, { former = 'always' }]) => former === 'always' || former === type,
    ),
  );
  const values: Record<string, unknown> = {};
  const faults: ErrorDetail[] = [];
  for (const [name, text] of request.query) {
    const parameter = taken.get(name);
    if (parameter === undefined) faults.push(unknownParameter(name, [...taken.keys()]));
    else if (name in values) faults.push({ code: 'Invalid', message: 'is given more than once', target: name });
    else {
      const reading = tryRead(parameter.schema, text, [name]);
      if ('faults' in reading) faults.push(...reading.faults);
      values[name] = 'value' in reading ? reading.value : undefined;
    }
  }
  if (faults.length > 0) throw invalid(faults);
  // Each value was read by the schema of its name.
  return values as { [Name in keyof Query]?: z.output<Query[Name]['schema']> };
}

/** @param taken the names of the parameters that the route takes */
export function unknownParameter(name: string, taken: readonly string[]): ErrorDetail {
  const now = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  const message =
    now !== undefined && taken.includes(now)
      ? `is now called ${now}: use that name`
      : `is not a parameter of this route: leave it out, or use one of ${taken.join(', ')}`;
  return {
    code: 'UnknownParameter',
    message: taken.length === 0 ? 'is not a parameter of this route, which takes none: leave it out' : message,
    target: safeToEcho(name),
  };
}
