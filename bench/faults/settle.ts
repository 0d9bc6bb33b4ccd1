import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { BusControl } from './busControl.ts';

const LOOK_EVERY_MS = 250;

const report = z.object({
  id: z.string(),
  status: z.string(),
  references: z.number().int(),
  counts: z.record(z.string(), z.number().int()),
});
/** An operation as the API reports it. */
export type OperationReport = z.infer<typeof report>;

export function isOver({ status }: Pick<OperationReport, 'status'>): boolean {
  return status !== 'NotStarted' && status !== 'Running';
}

/**
 * What the API says about an operation; undefined when it knows none with this id.
 * @throws Error when it answers with anything else
 */
export async function readOperation(apiUrl: string, id: string): Promise<OperationReport | undefined> {
  const response = await fetch(`${apiUrl}/operations/${id}`);
  if (response.status === 404) return undefined;
  const text = await response.text();
  if (!response.ok) throw new Error(`Operation ${id} was answered with ${response.status}: ${text}`);
  return report.parse(JSON.parse(text));
}

/** Without any news for so long, nothing more will happen: a restart of the app keeps lanes for half a minute. */
const STILL_FOR_MS = 70_000;

/**
 * Waits until every operation that the API knows is over and no message is left: outcomes are stored before what follows
 * from them, so only then the audit record is whole. Gives up when nothing moves any more, and in the end anyway; whoever
 * looks then finds what is stuck.
 * @param now milliseconds since any fixed moment
 */
export async function settle(
  ids: readonly string[],
  { apiUrl, bus, now }: { readonly apiUrl: string; readonly bus: BusControl; readonly now: () => number },
  limitMs: number,
): Promise<void> {
  const deadline = now() + limitMs;
  let open = [...ids];
  let news = '';
  let newsAt = now();
  while (now() < deadline && now() < newsAt + STILL_FOR_MS) {
    const reports = await Promise.all(open.map((id) => readOperation(apiUrl, id)));
    const found = JSON.stringify([reports.map((one) => one?.counts.pending), await messagesLeft(bus)]);
    if (found !== news) newsAt = now();
    news = found;
    open = open.filter((_, index) => {
      const report = reports[index];
      return report !== undefined && !isOver(report);
    });
    if (open.length === 0 && (await messagesLeft(bus)) === 0) return;
    await delay(LOOK_EVERY_MS);
  }
}

async function messagesLeft(bus: BusControl): Promise<number> {
  const queues = Object.values(await bus.queues());
  return queues.reduce((sum, { active, scheduled, deadLetter }) => sum + active + scheduled + deadLetter, 0);
}
