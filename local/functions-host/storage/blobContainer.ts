import { createHmac } from 'node:crypto';
import type { StorageAccount } from './storageAccount.ts';

const VERSION = '2021-08-06';
/** Nothing here is large: an answer that takes longer does not come. */
const ANSWER_WITHIN_MS = 10_000;

/** Small blobs of one container, and leases on them. */
export interface BlobContainer {
  /** Does nothing when it is there. */
  create(): Promise<void>;
  /** The text; undefined when there is no such blob. */
  read(name: string): Promise<string | undefined>;
  write(name: string, text: string): Promise<void>;
  /** Makes an empty blob unless there is one. */
  createBlob(name: string): Promise<void>;
  /** Takes a lease, or renews one's own. False: another holder has it. @param seconds from 15 to 60 */
  lease(name: string, leaseId: string, seconds: number): Promise<boolean>;
  release(name: string, leaseId: string): Promise<void>;
}

/** An answer of the storage that was not expected. */
export class StorageError extends Error {
  constructor(what: string, status: number) {
    super(`${what} was answered with ${status}`);
    this.name = 'StorageError';
  }
}

interface Call {
  readonly method: 'GET' | 'PUT';
  /** Of the blob; of the container itself when missing. */
  readonly name?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The accepted statuses. */
  readonly expected: readonly number[];
}

/**
 * Speaks the REST interface of Blob Storage with the key of the account.
 * See https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key.
 */
export function openBlobContainer(account: StorageAccount, container: string): BlobContainer {
  async function call({ method, name, query = {}, headers = {}, body = '', expected }: Call): Promise<Response> {
    const path = name === undefined ? container : `${container}/${name.split('/').map(encodeURIComponent).join('/')}`;
    const url = new URL(`${account.blobUrl}/${path}`);
    url.search = new URLSearchParams(query).toString();
    const sent = { ...headers, 'x-ms-date': new Date().toUTCString(), 'x-ms-version': VERSION };
    const response = await fetch(url, {
      method,
      headers: { ...sent, authorization: sign(account, { method, url, query, headers: sent, body }) },
      // As bytes: a text would get a content type of its own, which is not signed.
      ...(method === 'PUT' && { body: Buffer.from(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (expected.includes(response.status)) return response;
    await response.body?.cancel();
    throw new StorageError(`${method} ${path}`, response.status);
  }

  /** For answers without a body that matters. */
  async function put(request: Omit<Call, 'method'>): Promise<number> {
    const response = await call({ method: 'PUT', ...request });
    await response.arrayBuffer();
    return response.status;
  }

  const blob = { 'x-ms-blob-type': 'BlockBlob', 'content-type': 'text/plain' };
  return {
    async create() {
      await put({ query: { restype: 'container' }, expected: [201, 409] });
    },
    async read(name) {
      const response = await call({ method: 'GET', name, expected: [200, 404] });
      const text = await response.text();
      return response.status === 404 ? undefined : text;
    },
    async write(name, text) {
      await put({ name, headers: blob, body: text, expected: [201] });
    },
    async createBlob(name) {
      // 412: the blob exists, and another holder has a lease on it.
      await put({ name, headers: { ...blob, 'if-none-match': '*' }, expected: [201, 409, 412] });
    },
    async lease(name, leaseId, seconds) {
      const headers = {
        'x-ms-lease-action': 'acquire',
        'x-ms-lease-duration': String(seconds),
        'x-ms-proposed-lease-id': leaseId,
      };
      return (await put({ name, query: { comp: 'lease' }, headers, expected: [200, 201, 409] })) !== 409;
    },
    async release(name, leaseId) {
      const headers = { 'x-ms-lease-action': 'release', 'x-ms-lease-id': leaseId };
      await put({ name, query: { comp: 'lease' }, headers, expected: [200, 409] });
    },
  };
}

interface Signed {
  readonly method: string;
  readonly url: URL;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function sign({ name, key }: StorageAccount, { method, url, query, headers, body }: Signed): string {
  const own = Object.entries(headers).filter(([header]) => header.startsWith('x-ms-'));
  const text = [
    method,
    ...['', '', body === '' ? '' : String(Buffer.byteLength(body)), ''],
    headers['content-type'] ?? '',
    ...['', '', '', headers['if-none-match'] ?? '', '', ''],
    ...own.sort(([a], [b]) => (a < b ? -1 : 1)).map(([header, value]) => `${header}:${value}`),
    `/${name}${url.pathname}`,
    ...Object.entries(query).map(([parameter, value]) => `${parameter}:${value}`),
  ].join('\n');
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest('base64');
  return `SharedKey ${name}:${signature}`;
}
