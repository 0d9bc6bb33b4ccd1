import type { z } from 'zod';
import type { Action } from '../audit/entry.ts';
import type { Role } from '../http/caller.ts';
import type { ErrorCode } from './errorCodes.ts';
import type { RequestName, SchemaName } from './schemas.ts';

/** A parameter of the query or the path, or a header. */
export interface Parameter<Schema extends z.ZodType = z.ZodType> {
  /** A few words, for the surface of workflow designers. */
  readonly summary: string;
  readonly description: string;
  /** Reads the text that a caller sent. */
  readonly schema: Schema;
  /** A value, before it is encoded for the address. */
  readonly example: string | boolean;
  /** Whether a request without it is refused. Those in the path are always required. */
  readonly required?: true;
  /**
   * Taken from callers of earlier versions, and not in the contract: `always`, or only with a body of a media type that
   * the route took before.
   */
  readonly former?: 'always' | 'text/csv';
}

export type Parameters = Readonly<Record<string, Parameter>>;

/** What parameters give when they have been read; those that a caller left out are missing. */
export type Values<Query extends Parameters> = {
  readonly [Name in keyof Query]?: z.output<Query[Name]['schema']>;
};

/** Examples of text, by name. */
export type TextExample = 'usersCsv' | 'auditCsv' | 'auditNdjson' | 'listedUsersCsv' | 'listedUsersNdjson' | 'docsHtml';

/** A body that is not JSON. */
export interface TextBody {
  readonly type: 'text/csv' | 'text/html' | 'application/x-ndjson';
  readonly example: TextExample;
}

/** What an endpoint answers when it goes well. */
export interface GoodAnswer {
  readonly description: string;
  /** JSON of this schema, or text. One media type, as many generated clients know no choice. */
  readonly body: SchemaName | TextBody;
  /** The example of the schema that fits; all of them, when missing. */
  readonly example?: string;
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
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the address of the API, without a slash in front. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** One media type, likewise. */
  readonly body?: { readonly content: RequestName | TextBody; readonly required: boolean };
  readonly answers: Readonly<Partial<Record<200 | 202, GoodAnswer>>>;
  /** Codes of errors, beside those that every endpoint has. */
  readonly errors?: readonly ErrorCode[];
}

/** An endpoint that needs no token. */
export interface OpenRoute extends Described {
  readonly roles: null;
}

/** An endpoint that needs an app role. */
export interface GuardedRoute<Query extends Parameters = Parameters> extends Described {
  /** App roles of which a caller needs one. */
  readonly roles: readonly [Role, ...Role[]];
  /** What callers ask for, when it is a decision that is recorded. */
  readonly action?: Action;
  /** Whether the caller may choose the id of the operation, in the header Operation-Id. */
  readonly takesOperationId?: boolean;
  /**
   * Parameters of the query. They are made when a request first needs them: schemas take time at the start of the app.
   */
  readonly query?: () => Query;
}

/** One endpoint: the function is registered by it, and the contract, the README and the tests read it. */
export type Route = OpenRoute | GuardedRoute;

/** Headers of answers. */
export type HeaderName =
  | 'Operation-Location'
  | 'Location'
  | 'Operation-Id'
  | 'Retry-After'
  | 'Link'
  | 'WWW-Authenticate';
