import type { z } from 'zod';
import type { Role } from '../http/caller.ts';
import type { SchemaName } from './schemas.ts';

/** A parameter of the query or the path, or a header. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly required?: boolean;
  /** A few words, for the surface of workflow designers. */
  readonly summary: string;
  readonly description: string;
  readonly schema: z.ZodType;
}

/** What an endpoint answers when it goes well. */
export interface GoodAnswer {
  readonly description: string;
  /** JSON of this schema, or other media types. */
  readonly body: SchemaName | readonly string[];
  readonly headers?: readonly HeaderName[];
}

/** What endpoints are about, and what is said of it. */
export const tags = {
  Audit: 'What was changed, by whom and why; and how the registration sweep went.',
  Operations: 'Changing states in bulk, and what becomes of each change.',
  Service: 'The service itself.',
  Users: 'What is known of users and of the tenant.',
} as const;
export type Tag = keyof typeof tags;

/** One endpoint as the contract tells it. */
export interface Route {
  /** The name of the function. */
  readonly id: string;
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** App roles of which a caller needs one; null when anybody may call. */
  readonly roles: readonly Role[] | null;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly schema: SchemaName; readonly required: boolean; readonly csv?: boolean };
  readonly answers: Readonly<Partial<Record<200 | 202, GoodAnswer>>>;
  /** Statuses of errors, beside those that every endpoint with roles has. */
  readonly errors?: readonly (404 | 409 | 411 | 413 | 502 | 503)[];
}

/** Headers of answers, and what they tell. */
export const answerHeaders = {
  'Operation-Location': 'Where the operation stands, always with status 200.',
  Location: 'The result of the operation: 202 until it is over, then 200.',
  'Operation-Id': 'The id of the operation.',
  'Retry-After': 'Seconds to wait before asking again.',
  Link: 'Where the file goes on, as `<address>; rel="next"`; missing on its last part.',
} as const;
export type HeaderName = keyof typeof answerHeaders;
