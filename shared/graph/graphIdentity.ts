import { decodeJwt } from 'jose';
import { z } from 'zod';
import type { GraphTokens } from './graphTokens.ts';

/** The identity with which the service calls Microsoft Graph. */
export interface GraphIdentity {
  /** The application id. */
  readonly appId: string | undefined;
  /** The object id of the service principal. */
  readonly objectId: string | undefined;
}

const claims = z.object({ appid: z.string().optional(), azp: z.string().optional(), oid: z.string().optional() });

/**
 * The identity in the token for Microsoft Graph. The token is not verified: Graph verifies it, and the service only needs to
 * find its own changes in the audit log of Entra.
 * @returns undefined when the token has no claims that can be read
 */
export async function graphIdentityOf(tokens: Pick<GraphTokens, 'current'>): Promise<GraphIdentity | undefined> {
  const token = await tokens.current();
  let payload: unknown;
  try {
    payload = decodeJwt(token);
  } catch {
    return undefined; // an opaque token: the caller does without
  }
  const read = claims.safeParse(payload);
  if (!read.success) return undefined;
  const { appid, azp, oid } = read.data;
  const appId = appid ?? azp;
  return appId === undefined && oid === undefined ? undefined : { appId, objectId: oid };
}
