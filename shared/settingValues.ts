import { z } from 'zod';
import { isLoopback } from './loopback.ts';

// The kinds of values of settings. Each message describes a valid value with an example, because the log shows nothing
// else: the wrong value may be a secret, so it is never repeated. The log separates the settings with semicolons, so
// the messages contain none.

/** An id of Microsoft Entra. */
export const guid = (whose: string) =>
  z.guid({ error: `must be the id of ${whose}, such as 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d` });

/** A number above zero, for seconds and days. */
export function aboveZero(example: number) {
  const error = `must be a number above 0, such as ${example}`;
  return z.coerce.number({ error }).positive({ error });
}

export function wholeAboveZero(example: number) {
  const error = `must be a whole number above 0, such as ${example}`;
  return z.coerce.number({ error }).int({ error }).positive({ error });
}

export function wholeFromZero(example: number) {
  const error = `must be a whole number, 0 or more, such as ${example}`;
  return z.coerce.number({ error }).int({ error }).min(0, { error });
}

export function flagOr(fallback: boolean) {
  return z.stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' }).default(fallback);
}
export const flag = flagOr(false);

export function oneOf<const T extends string>(values: readonly T[], more = '') {
  return z.enum(values, { error: `must be ${values.filter((value) => value !== '').join(' or ')}${more}` });
}

export function atMost(characters: number) {
  return z
    .string()
    .max(characters, { error: `must have at most ${characters} characters` })
    .default('');
}

/** A list separated by commas or white space. */
export const list = z
  .string()
  .default('')
  .transform((text) => text.split(/[\s,;]+/).filter((item) => item !== ''));

/** Ids of Microsoft Entra, separated by commas or white space. */
export const guids = (whose: string) =>
  list.refine((ids) => ids.every((id) => z.guid().safeParse(id).success), {
    error: `must be ids of ${whose} with commas between them, such as 0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d`,
  });

/** The name of a scope, without the App ID URI of its API. */
export const scopeName = z.string().regex(/^[\w.-]{1,120}$/, {
  error: 'must be the name of a scope alone, such as access',
});

/** The address of a service, with TLS. */
export function serviceUrl(example: string) {
  const error = `must be an address with https, such as ${example} (http works only on the loopback address)`;
  return z.url({ protocol: /^https?$/, error }).refine((url) => url.startsWith('https:') || isLoopback(url), { error });
}

/** The address of a collector of OpenTelemetry. */
export const collectorUrl = z.url({
  protocol: /^https?$/,
  error: 'must be an address with http or https, such as http://127.0.0.1:4318',
});

const CRON = /^\s*[\d*,/-]+(?:\s+[\da-z*,/-]+){4,5}\s*$/i;
const TIME_SPAN = /^\s*(?:\d+\.)?\d{1,2}:\d{1,2}(?::\d{1,2})?\s*$/;

/** The schedule of a timer. The host never runs a function with an invalid schedule. */
export const schedule = z
  .string()
  .regex(new RegExp(`${CRON.source}|${TIME_SPAN.source}`, 'i'), {
    error: 'must be a schedule with six fields, seconds first, in UTC, such as "0 0 * * * *" for every hour',
  })
  .default('');

export const hostName = z.string().regex(/^[a-z0-9.-]+$/i, {
  error: 'must be a host name only, such as contoso.servicebus.windows.net',
});
