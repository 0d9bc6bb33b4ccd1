import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import type { ErrorDetail } from '../errors.ts';
import { invalid, tryRead } from '../faults.ts';
import { safeToEcho } from '../safeToEcho.ts';
import { mediaType } from './body.ts';

/** The description of a parameter. */
interface ReadableParameter {
  readonly schema: z.ZodType;
  /** `always`, or the media type of a body with which it is taken although the contract does not have it. */
  readonly former?: string;
}

type Readable = Readonly<Record<string, ReadableParameter>>;

/** Old names of parameters, with the new names. */
const RENAMED: Readonly<Record<string, string>> = {
  after: 'page',
  from: 'fromDateTime',
  to: 'toDateTime',
};

/**
 * Reads the query of a request: only parameters of the route, each at most once, each with a valid value.
 * @param parameters the parameters of the route; none when missing
 * @throws InvalidRequestError with each wrong parameter
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
  // The schema of each name has read its value.
  return values as { [Name in keyof Query]?: z.output<Query[Name]['schema']> };
}

/** @param taken the names of the parameters that the route takes */
export function unknownParameter(name: string, taken: readonly string[]): ErrorDetail {
  const now = Object.hasOwn(RENAMED, name) ? RENAMED[name] : undefined;
  const message =
    now !== undefined && taken.includes(now)
      ? `is now called ${now}: use that name`
      : `is not a parameter of this route: remove it, or use one of ${taken.join(', ')}`;
  return {
    code: 'UnknownParameter',
    message: taken.length === 0 ? 'is not a parameter: this route has none, so remove it' : message,
    target: safeToEcho(name),
  };
}
