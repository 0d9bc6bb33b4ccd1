import type { TokenCredential } from '@azure/identity';
import type { Settings } from './config.ts';

let credential: Promise<TokenCredential> | undefined;

/**
 * The identity of the app: its managed identity in Azure, the signed-in developer on a local machine. Loaded on first
 * use.
 */
export function azureCredential(settings: Settings): Promise<TokenCredential> {
  credential ??= import('@azure/identity').then(
    ({ DefaultAzureCredential }) =>
      new DefaultAzureCredential(
        settings.AZURE_CLIENT_ID === undefined ? {} : { managedIdentityClientId: settings.AZURE_CLIENT_ID },
      ),
  );
  return credential;
}
