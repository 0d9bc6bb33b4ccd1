import type { z } from 'zod';
import type { Role } from '../http/caller.ts';
import type { SchemaName } from './schemas.ts';

/** A parameter of the query or the path, or a header. */
export interface Parameter<Schema extends z.ZodType = z.ZodType> {
  /** A few words, for the surface of workflow designers. */
  readonly summary: string;
  readonly description: string;
  /** Reads the text that a caller sent. */
  readonly schema: Schema;
  /** The media type of a body with which it is taken; with any, when missing. */
  readonly onlyWith?: 'text/csv';
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** What parameters give when they have been read; those that a caller left out are missing. */
export type Values<Query extends Parameters> = {
  readonly [Name in keyof Query]?: z.output<Query[Name]['schema']>;
};

/** What an endpoint answers when it goes well. */
export interface GoodAnswer {
  readonly description: string;
  /** JSON of this schema, or other media types. */
  readonly body: SchemaName | readonly string[];
  readonly headers?: readonly HeaderName[];
}

/** What endpoints are about, and what is said of it. */
export const tags = {
  Audit: 'The record of all changes with caller and reason, and the reports of registration sweeps.',
  Operations: 'State changes in bulk, and the result for each user.',
  Service: 'The service itself.',
  Users: 'What is known of users and of the tenant.',
} as const;
export type Tag = keyof typeof tags;

/** What is said of every endpoint. */
interface Described {
  /** The name of the function. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Below the address of the API, without a slash in front. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  readonly body?: { readonly schema: SchemaName; readonly required: boolean; readonly csv?: boolean };
  readonly answers: Readonly<Partial<Record<200 | 202, GoodAnswer>>>;
  /** Statuses of errors, beside those that every endpoint has. */
  readonly errors?: readonly (404 | 409 | 411 | 413 | 502 | 503)[];
}

/** An endpoint that needs no token. */
export interface OpenRoute extends Described {
  readonly roles: null;
}

/** An endpoint that needs an app role. */
export interface GuardedRoute<Query extends Parameters = Parameters> extends Described {
  /** App roles of which a caller needs one. */
  readonly roles: readonly [Role, ...Role[]];
  /** Whether the caller may choose the id of the operation, in the header Operation-Id. */
  readonly takesOperationId?: boolean;
  /**
   * Parameters of the query. They are made when a request first needs them: schemas take time at the start of the app.
   */
  readonly query?: () => Query;
}

/** One endpoint: the function is registered by it, and the contract, the README and the tests read it. */
export type Route = OpenRoute | GuardedRoute;

/** Headers of answers, and what they tell. */
export const answerHeaders = {
  'Operation-Location': 'Where the operation stands, always with status 200.',
  Location: 'The result of the operation: 202 until it has finished, then 200.',
  'Operation-Id': 'The id of the operation.',
  'Retry-After': 'Seconds to wait before asking again.',
  Link: 'Where the file continues, as `<address>; rel="next"`; missing on its last part.',
} as const;
export type HeaderName = keyof typeof answerHeaders;
