import { apiClient, isOver, type OperationReport } from '../../local/apiClient.ts';

/** A state change to ask for. */
export interface Change {
  readonly state: 'enabled';
  readonly users: readonly string[];
  readonly reason: string;
  readonly dryRun?: boolean;
}

export const enable = (users: readonly string[]): Change => ({ state: 'enabled', users, reason: 'Measuring' });

/**
 * Sends a request and returns the operation's id.
 * @throws Error when it is not accepted
 */
export async function requestChange(apiUrl: string, change: Change): Promise<string> {
  const response = await fetch(`${apiUrl}/state-changes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(change),
  });
  const text = await response.text();
  const id = response.headers.get('operation-id');
  if (response.status === 202 && id !== null) return id;
  throw new Error(`The request was answered with ${response.status}: ${text.slice(0, 500)}`);
}

/**
 * The report of a finished operation that changed all its users.
 * @throws Error when they were not: what was measured then is not what was meant
 */
export async function requireApplied(apiUrl: string, id: string): Promise<OperationReport> {
  const report = await apiClient(apiUrl).findOperation(id);
  if (report !== undefined && isOver(report) && report.counts.applied === report.references) return report;
  throw new Error(`Not all users were changed: ${JSON.stringify(report)}`);
}

/** Polls an operation until it has finished. */
export async function untilOver(apiUrl: string, id: string, pause: () => Promise<void>): Promise<OperationReport> {
  const api = apiClient(apiUrl);
  for (;;) {
    const report = await api.findOperation(id);
    if (report !== undefined && isOver(report)) return report;
    await pause();
  }
}
