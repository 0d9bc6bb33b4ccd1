import type { Stack } from '../../local/stack.ts';
import { countsBetween, mapCounts } from './counts.ts';
import { cpuSecondsOf } from './processes.ts';
import { shown } from './samples.ts';

/** Processor seconds by process; processes of which the system does not tell are left out. */
export type CpuSeconds = Readonly<Record<string, number>>;

/** Processor seconds so far of every process of a stack, and of this one, which sends the requests. */
export async function cpuOf(stack: Stack): Promise<CpuSeconds> {
  const { hosts, graph, serviceBus, azurite } = stack.parts;
  const processes: Record<string, number> = {
    ...Object.fromEntries(hosts.map(({ pid }, index) => [hosts.length === 1 ? 'host' : `host${index + 1}`, pid])),
    graph: graph.pid,
    serviceBus: serviceBus.pid,
    azurite: azurite.pid,
    bench: process.pid,
  };
  const seconds: Record<string, number> = {};
  for (const [name, pid] of Object.entries(processes)) {
    const spent = await cpuSecondsOf(pid);
    if (spent !== undefined) seconds[name] = spent;
  }
  return seconds;
}

export function cpuBetween(before: CpuSeconds, after: CpuSeconds): Record<string, number> {
  return mapCounts(countsBetween(before, after), shown);
}
