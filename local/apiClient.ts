import { z } from 'zod';
import { isTerminal, operationStatuses } from '../shared/domain/operation.ts';

const operation = z.object({
  id: z.string(),
  status: z.enum(operationStatuses),
  targetState: z.string(),
  reason: z.string(),
  references: z.number().int(),
  /** By outcome, every kind. */
  counts: z.record(z.string(), z.number().int()),
  finishedDateTime: z.string().nullable(),
});
/** An operation as the API reports it, as far as the demo and the oracle look at it. */
export type OperationReport = z.infer<typeof operation>;

/** Whether an operation has ended, in whatever way. */
export function isOver({ status }: Pick<OperationReport, 'status'>): boolean {
  return isTerminal(status);
}

const item = z.object({
  reference: z.string(),
  userId: z.string().nullable(),
  outcome: z.string(),
  detail: z
    .object({
      decidedDateTime: z.string(),
      from: z.string().optional(),
      to: z.string().optional(),
      code: z.string().optional(),
      message: z.string().optional(),
      requestId: z.string().optional(),
    })
    .nullable(),
});
/** The result for one reference, as the API reports it. */
export type ItemReport = z.infer<typeof item>;

const itemPage = z.object({ value: z.array(item), nextLink: z.url().optional() });
const operationPage = z.object({ value: z.array(z.object({ id: z.string() })), nextLink: z.url().optional() });

const userCount = z.object({
  state: z.string().nullable(),
  registered: z.boolean().nullable(),
  users: z.number().int(),
});
/** A number of users of the tenant, by state and registration. */
export type UserCount = z.infer<typeof userCount>;
const userSummary = z.object({ value: z.array(userCount) });

const sweep = z.object({ sweep: z.number().int(), status: z.string(), promotedUsers: z.number().int() });
/** How a registration sweep went, as far as the demo looks at it. */
export type SweepReport = z.infer<typeof sweep>;
const sweepPage = z.object({ value: z.array(sweep) });

const detail = z.object({ code: z.string(), message: z.string(), target: z.string().optional() });
const failure = z.object({ error: detail.extend({ details: z.array(detail).default([]) }) });

/** Faults shown of a request that has many. */
const DETAILS_SHOWN = 10;

/** The API said no. The message has everything that it said. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** The HTTP status. */
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Calls the API as any client would: over HTTP, knowing nothing but what it answers. */
export interface Api {
  /** Sends a CSV file. @throws ApiError */
  requestChange(
    csv: string | Uint8Array,
    query: { readonly state: string; readonly reason: string },
  ): Promise<OperationReport>;
  /** @throws ApiError */
  operation(id: string): Promise<OperationReport>;
  /** Undefined when the API knows no operation with this id. @throws ApiError */
  findOperation(id: string): Promise<OperationReport | undefined>;
  /** The ids of all operations, newest first, page by page. @throws ApiError */
  operationIds(): AsyncGenerator<string>;
  /** Every reference with its outcome, page by page. @throws ApiError */
  items(id: string): AsyncGenerator<ItemReport>;
  /** The last registration sweeps, newest first. @throws ApiError */
  sweeps(): Promise<SweepReport[]>;
  /** How many users are in which state, as of the last of them. @throws ApiError */
  userSummary(): Promise<UserCount[]>;
}

/**
 * @param url the address of the API, with the route prefix
 * @param token an access token, where the API asks for one
 */
export function apiClient(url: string, token?: string): Api {
  const call = (address: string, init: RequestInit = {}): Promise<unknown> => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`);
    return send(address, { ...init, headers });
  };
  return {
    requestChange: async (csv, query) =>
      operation.parse(
        await call(`${url}/state-changes?${new URLSearchParams(query)}`, {
          method: 'POST',
          headers: { 'Content-Type': 'text/csv' },
          body: csv,
        }),
      ),
    operation: async (id) => operation.parse(await call(`${url}/operations/${id}`)),
    findOperation: async (id) => {
      try {
        return operation.parse(await call(`${url}/operations/${id}`));
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    async *operationIds() {
      for (let next: string | undefined = `${url}/operations`; next !== undefined; ) {
        const page: z.infer<typeof operationPage> = operationPage.parse(await call(next));
        yield* page.value.map(({ id }) => id);
        next = page.nextLink;
      }
    },
    async *items(id) {
      for (let next: string | undefined = `${url}/operations/${id}/items`; next !== undefined; ) {
        const page: z.infer<typeof itemPage> = itemPage.parse(await call(next));
        yield* page.value;
        next = page.nextLink;
      }
    },
    sweeps: async () => sweepPage.parse(await call(`${url}/sweeps`)).value,
    userSummary: async () => userSummary.parse(await call(`${url}/users/summary`)).value,
  };
}

async function send(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  throw new ApiError(explain(response.status, text), response.status);
}

/** Everything that an error answer says, a line for each detail. */
function explain(status: number, text: string): string {
  const read = failure.safeParse(parseOrUndefined(text));
  if (!read.success) return `The API answered ${status}: ${text.slice(0, 500)}`;
  const { code, message, details } = read.data.error;
  const shown = details.slice(0, DETAILS_SHOWN).map((fault) => `  ${fault.target ?? fault.code}: ${fault.message}`);
  if (details.length > shown.length) shown.push(`  … and ${details.length - shown.length} more`);
  return [`The API answered ${status} ${code}: ${message}`, ...shown].join('\n');
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not an answer of the API: shown as it is
  }
}
