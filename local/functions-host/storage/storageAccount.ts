const DEVELOPMENT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const DEVELOPMENT = {
  name: 'devstoreaccount1',
  key: DEVELOPMENT_KEY,
  blobUrl: 'http://127.0.0.1:10000/devstoreaccount1',
};

/** The storage account for blobs, with its key. */
export interface StorageAccount {
  readonly name: string;
  /** Base64. */
  readonly key: string;
  /** Without a slash at the end. */
  readonly blobUrl: string;
}

/**
 * Reads a connection string with an account key and the address of the blobs; `UseDevelopmentStorage=true` is Azurite
 * on its usual port.
 * @throws Error that says what is missing
 */
export function parseStorageConnection(connectionString: string): StorageAccount {
  const pairs = connectionString.split(';').flatMap((part): [string, string][] => {
    const at = part.indexOf('=');
    return at < 0 ? [] : [[part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()]];
  });
  const parts = new Map(pairs);
  if (parts.get('usedevelopmentstorage')?.toLowerCase() === 'true') return DEVELOPMENT;
  const [name, key, blobUrl] = ['accountname', 'accountkey', 'blobendpoint'].map((part) => parts.get(part));
  if (!name || !key || !blobUrl) {
    throw new Error('it needs AccountName, AccountKey and BlobEndpoint, or UseDevelopmentStorage=true');
  }
  return { name, key, blobUrl: blobUrl.replace(/\/+$/, '') };
}
