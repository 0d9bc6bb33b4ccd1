import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import type { Settings } from '../config.ts';
import { requiredSetting } from '../requiredSetting.ts';
import { isConflict, isNotFound } from '../tables/failures.ts';
import type { DigestStore } from './digestStore.ts';

/** The name of a digest: 2026/03/01/08.json, in the order of hours. */
const NAME = /^(\d{4})\/(\d{2})\/(\d{2})\/(\d{2})\.json$/;

/**
 * Digests as blobs. In Azure, the container exists and its policy keeps blobs from being changed or removed. With a
 * connection string, it is created when it is missing.
 * @param credential is used without a connection string
 */
export async function openBlobDigests(
  settings: Settings,
  credential: () => Promise<TokenCredential>,
): Promise<DigestStore> {
  const container = await openContainer(settings, credential);
  return {
    hours: async () => {
      const hours: string[] = [];
      for await (const { name } of container.listBlobsFlat()) {
        const hour = hourIn(name);
        if (hour !== undefined) hours.push(hour);
      }
      return hours.sort();
    },
    read: async (hour) => {
      try {
        return (await container.getBlobClient(nameOf(hour)).downloadToBuffer()).toString('utf8');
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    add: async (hour, text) => {
      try {
        await container.getBlockBlobClient(nameOf(hour)).upload(text, Buffer.byteLength(text), {
          conditions: { ifNoneMatch: '*' },
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
        return true;
      } catch (error) {
        if (isConflict(error)) return false;
        throw error;
      }
    },
  };
}

async function openContainer(settings: Settings, credential: () => Promise<TokenCredential>): Promise<ContainerClient> {
  const name = `${settings.TABLES_PREFIX.toLowerCase()}auditdigests`;
  const options = { retryOptions: { maxTries: 4, retryDelayInMs: 100, maxRetryDelayInMs: 2_000 } };
  const url = settings.DigestsConnection__blobServiceUri;
  const local = settings.DigestsConnection ?? (url === undefined ? settings.TablesConnection : undefined);
  if (local === undefined) {
    const address = requiredSetting(settings, 'DigestsConnection__blobServiceUri');
    return new BlobServiceClient(address, await credential(), options).getContainerClient(name);
  }
  const container = BlobServiceClient.fromConnectionString(local, options).getContainerClient(name);
  await container.createIfNotExists();
  return container;
}

function nameOf(hour: string): string {
  const [day = '', time = ''] = hour.split('T');
  return `${day.replaceAll('-', '/')}/${time.slice(0, 2)}.json`;
}

/** The hour of a blob; undefined when its name is no digest's. */
function hourIn(name: string): string | undefined {
  const [, year, month, day, hour] = NAME.exec(name) ?? [];
  if (year === undefined) return undefined;
  const iso = `${year}-${month}-${day}T${hour}:00:00.000Z`;
  return Number.isNaN(Date.parse(iso)) ? undefined : iso;
}
