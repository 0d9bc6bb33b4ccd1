import type { Settings } from '../config.ts';
import { azureCredential } from '../credential.ts';
import type { DigestStore } from './digestStore.ts';

/** The digests of the storage account in the settings. Its client is large, and is loaded on first use. */
export function digestStoreOf(settings: Settings): DigestStore {
  let opened: Promise<DigestStore> | undefined;
  const store = (): Promise<DigestStore> => {
    opened ??= import('./blobDigests.ts').then(({ openBlobDigests }) =>
      openBlobDigests(settings, () => azureCredential(settings)),
    );
    opened.catch(() => {
      opened = undefined; // the next call tries again
    });
    return opened;
  };
  return {
    hours: async () => (await store()).hours(),
    read: async (hour) => (await store()).read(hour),
    add: async (hour, text) => (await store()).add(hour, text),
  };
}
