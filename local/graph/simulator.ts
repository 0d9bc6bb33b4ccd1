import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { handleControl } from './controlRoutes/controlEndpoint.ts';
import { count } from './counters.ts';
import { openJournal } from './directory/journal.ts';
import { handleGraph } from './graphEndpoint.ts';
import type { Delivery, HttpRequest } from './http/exchange.ts';
import { startHttpServer } from './http/server.ts';
import type { Issuer } from './issuer/accessToken.ts';
import { handleIssuer } from './issuer/issuerEndpoint.ts';
import { SignIns } from './issuer/signIns.ts';
import { SigningKeys } from './issuer/signingKeys.ts';
import type { GraphSettingsPatch } from './settings.ts';
import { Tenant } from './tenant.ts';

/** The tenant's id unless another is given. */
export const DEFAULT_TENANT_ID = '0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d';

export interface GraphSimulatorOptions {
  /** A free port when missing. */
  readonly port?: number;
  /** The number of users, the directory-sync account among them. */
  readonly users?: number;
  readonly seed?: number;
  readonly tenantId?: string;
  readonly settings?: GraphSettingsPatch;
  /** The file that keeps the changes of the directory; without it they are lost at the end. Settings and mails are never kept. */
  readonly journalFile?: string | undefined;
  /** The public address of the simulator, for links and the issuer's name, if it differs from its own address. */
  readonly publicUrl?: string;
  /** Milliseconds since 1970. Delays and latency use real time, everything else this. */
  readonly now?: () => number;
  readonly newId?: () => string;
}

/** A running simulator. After a reset, `directory`, `ledger` and the others are new objects. */
export interface GraphSimulator extends Pick<Tenant, 'directory' | 'ledger' | 'settings' | 'faults' | 'counters'> {
  /** Without a slash at the end; Graph is at `/v1.0` and `/beta`. */
  readonly url: string;
  readonly port: number;
  readonly tenantId: string;
  readonly tenant: Tenant;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Microsoft Graph and the tenant's token issuer on the loopback address.
 * @throws Error when the port is taken, or the journal is of another directory
 */
export async function startGraphSimulator(options: GraphSimulatorOptions = {}): Promise<GraphSimulator> {
  const tenantId = options.tenantId ?? DEFAULT_TENANT_ID;
  const now = options.now ?? Date.now;
  const newId = options.newId ?? randomUUID;
  let url = options.publicUrl ?? '';
  const { users = 2_000, seed = 1, journalFile } = options;
  const journal = journalFile === undefined ? undefined : openJournal(journalFile, { users, seed });
  const tenant = new Tenant(
    { users, seed, settings: options.settings ?? {} },
    { tenantId, now, newId, url: () => url, journal },
  );
  const keys = new SigningKeys();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // each answer that is held back listens
  let inProgress = 0;

  const wait = (ms: number): Promise<void> => delay(ms, undefined, { signal: closing.signal });
  const handle = async (request: HttpRequest): Promise<Delivery> => {
    if (request.url.startsWith('/control/')) {
      return { kind: 'whole', answer: await handleControl({ tenant, issuer }, request) };
    }
    const { counters } = tenant;
    counters.httpRequests++;
    inProgress++;
    counters.maxConcurrentRequests = Math.max(counters.maxConcurrentRequests, inProgress);
    try {
      const issued = await handleIssuer(tenant, issuer, request);
      const delivery: Delivery = issued ? { kind: 'whole', answer: issued } : await handleGraph(tenant, request, wait);
      count(counters.statuses, delivery.kind === 'reset' ? 'none' : delivery.answer.status);
      return delivery;
    } finally {
      inProgress--;
    }
  };

  const server = await startHttpServer(options.port ?? 0, handle);
  url ||= `http://127.0.0.1:${server.port}`;
  const issuer: Issuer = { tenantId, url, keys, signIns: new SignIns(now, newId), now, newId };
  return {
    url,
    port: server.port,
    tenantId,
    tenant,
    get directory() {
      return tenant.directory;
    },
    get ledger() {
      return tenant.ledger;
    },
    get settings() {
      return tenant.settings;
    },
    get faults() {
      return tenant.faults;
    },
    get counters() {
      return tenant.counters;
    },
    close: async () => {
      closing.abort();
      await server.close();
    },
  };
}
