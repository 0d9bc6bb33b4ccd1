import {
  Client,
  type Context,
  HTTPMessageHandler,
  type Middleware,
  RetryHandler,
} from '@microsoft/microsoft-graph-client';
import type { MfaState } from '../../local/graph/directory/mfaState.ts';
import { cut } from '../../shared/groupBy.ts';

/** As another app than the service, so that they do not share a quota. */
const APP_ID = '5c1d9a52-40b7-4f0e-9b39-6f0f7c7f2b11';
const BATCH = 20;

/** The client sends a token to https only, and a simulator on this machine has none. */
class Authorize implements Middleware {
  readonly #next: Middleware;
  constructor(next: Middleware) {
    this.#next = next;
  }
  async execute(context: Context): Promise<void> {
    const headers = new Headers(context.options?.headers as Record<string, string> | undefined);
    const claims = Buffer.from(JSON.stringify({ appid: APP_ID })).toString('base64url');
    headers.set('Authorization', `Bearer local.${claims}.local`);
    context.options = { ...context.options, headers: Object.fromEntries(headers) };
    await this.#next.execute(context);
  }
}

/** Scripts that administrators run instead of this service, with the Graph client and its retries. */
export interface Scripts {
  /** A PATCH for each user, one after another. */
  changeOneByOne(ids: readonly string[], state: MfaState): Promise<void>;
  /** Batches of 20, one after another, without reading the results. */
  changeInBatches(ids: readonly string[], state: MfaState): Promise<void>;
  /** A GET of the state of each user, one after another. */
  readOneByOne(ids: readonly string[]): Promise<void>;
}

/** @param graphUrl the address of the simulator */
export function scripts(graphUrl: string): Scripts {
  const retries = new RetryHandler();
  retries.setNext(new HTTPMessageHandler());
  const client = Client.initWithMiddleware({
    baseUrl: `${graphUrl}/`,
    defaultVersion: 'beta',
    middleware: new Authorize(retries),
  });
  const pathOf = (id: string): string => `/users/${id}/authentication/requirements`;
  return {
    changeOneByOne: async (ids, state) => {
      for (const id of ids) await client.api(pathOf(id)).patch({ perUserMfaState: state });
    },
    changeInBatches: async (ids, state) => {
      for (const part of cut(ids, BATCH)) {
        const requests = part.map((id, index) => ({
          id: String(index),
          method: 'PATCH',
          url: pathOf(id),
          headers: { 'Content-Type': 'application/json' },
          body: { perUserMfaState: state },
        }));
        await client.api('/$batch').post({ requests });
      }
    },
    readOneByOne: async (ids) => {
      for (const id of ids) await client.api(pathOf(id)).get();
    },
  };
}
