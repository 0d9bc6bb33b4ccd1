import { isLoopback } from './loopback.ts';

/** The parts of a connection string by name, in lower case. A repeated part keeps all its values. */
function partsOf(text: string): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at < 0) continue;
    const name = part.slice(0, at).trim().toLowerCase();
    parts.set(name, [...(parts.get(name) ?? []), part.slice(at + 1).trim()]);
  }
  return parts;
}

/**
 * Whether a connection string of Service Bus uses TLS, or stays on this machine. The client uses TLS for every
 * namespace except an emulator, which `UseDevelopmentEmulator=true` marks.
 */
export function isSafeServiceBus(text: string): boolean {
  const parts = partsOf(text);
  const usesEmulator = parts.get('usedevelopmentemulator')?.some((value) => value.toLowerCase() !== 'false') ?? false;
  const endpoints = parts.get('endpoint') ?? [];
  return endpoints.length > 0 && (!usesEmulator || endpoints.every(isLoopback));
}

/** Whether a connection string of Table Storage uses TLS, or stays on this machine. */
export function isSafeTables(text: string): boolean {
  return isSafeStorage(text, 'tableendpoint');
}

/** Whether a connection string of Blob Storage uses TLS, or stays on this machine. */
export function isSafeBlobs(text: string): boolean {
  return isSafeStorage(text, 'blobendpoint');
}

function isSafeStorage(text: string, endpoint: string): boolean {
  const parts = partsOf(text);
  const addresses = [endpoint, 'developmentstorageproxyuri'].flatMap((name) => parts.get(name) ?? []);
  if (!addresses.every((address) => address.startsWith('https:') || isLoopback(address))) return false;
  if (isDevelopmentStorage(parts) || parts.has(endpoint)) return true;
  return parts.get('defaultendpointsprotocol')?.every((protocol) => protocol.toLowerCase() === 'https') ?? true;
}

/** Whether the tables that a connection string names are on this machine, where they need no TLS. */
export function isLocalTables(text: string): boolean {
  const parts = partsOf(text);
  return isDevelopmentStorage(parts) || (parts.get('tableendpoint')?.every(isLoopback) ?? false);
}

function isDevelopmentStorage(parts: ReadonlyMap<string, readonly string[]>): boolean {
  return parts.get('usedevelopmentstorage')?.includes('true') ?? false;
}
