import type { Acknowledgement, MfaState } from '../shared/domain/mfaState.ts';
import type { Session } from './session.ts';
import type { UserFile } from './userFile.ts';

/** A request to change users. */
export interface ChangeRequest {
  /** Undefined when the file has a state for each user. */
  readonly state: MfaState | undefined;
  readonly reason: string;
  readonly notify: boolean;
  readonly dryRun: boolean;
  readonly acknowledge: readonly Acknowledgement[];
  /** When lowered states end, ISO 8601. */
  readonly untilDateTime?: string;
  readonly users?: readonly string[];
  readonly file?: UserFile;
  readonly group?: string;
}

/** The number of users that a request names; undefined for a group. */
export function countUsers({ users, file }: ChangeRequest): number | undefined {
  return users?.length ?? file?.users;
}

/** Sends a request. A file is sent as it is, with the rest in the query. */
export async function sendChange(request: ChangeRequest, operationId: string, { api }: Session): Promise<unknown> {
  const { file, ...change } = request;
  if (file === undefined) return (await api.post('state-changes', change, operationId)).body;
  const query = new URLSearchParams({ reason: request.reason });
  if (request.state !== undefined) query.set('state', request.state);
  if (file.column !== undefined) query.set('column', file.column);
  if (request.notify) query.set('notify', 'true');
  if (request.dryRun) query.set('dryRun', 'true');
  if (request.untilDateTime !== undefined) query.set('untilDateTime', request.untilDateTime);
  if (request.acknowledge.length > 0) query.set('acknowledge', request.acknowledge.join(','));
  return (await api.post(`state-changes/csv?${query}`, file.bytes, operationId)).body;
}
