import type { TableClient } from '@azure/data-tables';
import { startAzurite } from '../../local/azurite/azurite.ts';
import type { AuditFilter } from '../../shared/audit/auditFilter.ts';
import { AuditReader } from '../../shared/audit/auditReader.ts';
import { DAY_MS } from '../../shared/audit/auditTime.ts';
import { indexAudit } from '../../shared/audit/indexAudit.ts';
import { readSettings } from '../../shared/config.ts';
import { type OpenTable, tablesOf } from '../../shared/tables/tables.ts';
import { atMost, type Findings, type Ground } from './benchmark.ts';
import { ACTORS, type FilledRecord, fillRecord } from './fillRecord.ts';
import { median, spreadOf } from './samples.ts';

const REPEATS = 7;
const PAGE_SIZE = 100;

/** Table requests and time of the first page of each question about a large audit record. */
export async function questions(ground: Ground): Promise<Findings> {
  const { entries } = ground.sizes.questions;
  const { now, onProgress } = ground;
  const azurite = await startAzurite();
  try {
    const settings = readSettings({
      TENANT_ID: ground.newId(),
      API_AUTH: 'development',
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
      GRAPH_BASE_URL: 'http://127.0.0.1:9',
      ServiceBusConnection:
        'Endpoint=sb://127.0.0.1;SharedAccessKeyName=x;SharedAccessKey=eA==;UseDevelopmentEmulator=true;',
      TablesConnection: azurite.connectionString,
    });
    const { open, count } = counting(tablesOf(settings));
    onProgress(`Storing ${entries} entries.`);
    const began = now();
    const filled = await fillRecord(open, entries, Date.now(), ground.newId);
    const storedSeconds = (now() - began) / 1_000;
    onProgress('Filling the index.');
    const indexing = now();
    // Two hours later: all of it is settled, and nothing is left for the tail.
    const clock = (): number => filled.newest + 2 * 60 * 60_000;
    while (!(await indexAudit({ open, now: clock, settings: {}, backfillAfterMs: 0 })).complete);
    const indexSeconds = (now() - indexing) / 1_000;

    const reader = new AuditReader(open, clock);
    const asked: Record<string, { ms: number[]; requests: number }> = {};
    for (const [name, ask] of Object.entries(questionsAbout(filled, reader, clock()))) {
      await ask(); // what is loaded on first use
      const ms: number[] = [];
      let requests = 0;
      for (let time = 0; time < REPEATS; time++) {
        const before = count();
        const startedAt = now();
        await ask();
        ms.push(now() - startedAt);
        requests = count() - before;
      }
      asked[name] = { ms, requests };
      onProgress(`${name}: ${requests} requests, ${Math.round(median(ms))} ms`);
    }
    const slowest = Math.max(...Object.values(asked).map(({ ms }) => median(ms)));
    return {
      measures: {
        'seconds to store the entries': storedSeconds,
        'seconds to fill the index': indexSeconds,
        ...Object.fromEntries(Object.entries(asked).map(([name, { ms }]) => [`${name}: ms`, spreadOf(ms)])),
        'table requests': Object.fromEntries(Object.entries(asked).map(([name, { requests }]) => [name, requests])),
      },
      targets: [
        atMost(
          'table requests for a first page',
          10,
          Math.max(...Object.values(asked).map(({ requests }) => requests)),
        ),
        atMost('ms for a first page, the slowest question', 300, slowest),
      ],
      notes: [
        `${entries} entries in Azurite: operations of 100 users over a year, ${ACTORS} callers; one in a thousand operations lowers and overrides.`,
        'Each question asks for a page of 100 entries, over all times, in a process that reads the tables itself.',
      ],
    };
  } finally {
    await azurite.child.stop();
  }
}

type Ask = () => Promise<unknown>;

function questionsAbout(
  { userId, operationId, actor, rareActor, newest }: FilledRecord,
  reader: AuditReader,
  now: number,
): Record<string, Ask> {
  const all = { from: 0, to: now };
  const byTime =
    (filter: Partial<AuditFilter>): Ask =>
    () =>
      reader.byTime({ ...all, ...filter }, undefined, PAGE_SIZE);
  return {
    user: () => reader.bySubject(userId, all, undefined, PAGE_SIZE),
    operation: byTime({ operationId }),
    'frequent actor': byTime({ actor }),
    'actor of one entry': byTime({ actor: rareActor }),
    'frequent event': byTime({ event: 'stateChanged' }),
    'event of one entry': byTime({ event: 'writesHalted' }),
    lowered: byTime({ direction: 'lowered' }),
    raised: byTime({ direction: 'raised' }),
    overrides: byTime({ overrides: true }),
    'event in one month': byTime({ event: 'stateChanged', from: newest - 200 * DAY_MS, to: newest - 170 * DAY_MS }),
    'actor and direction': byTime({ actor, direction: 'lowered' }),
    'time only': byTime({}),
  };
}

/** Tables that count their requests. */
function counting(open: OpenTable): { readonly open: OpenTable; readonly count: () => number } {
  let requests = 0;
  const known = new Map<string, Promise<TableClient>>();
  const counted = async (name: Parameters<OpenTable>[0]): Promise<TableClient> => {
    const table = await open(name);
    table.pipeline.addPolicy({
      name: 'counted',
      sendRequest: (request, next) => {
        requests++;
        return next(request);
      },
    });
    return table;
  };
  return {
    count: () => requests,
    open: (name) => {
      const table = known.get(name) ?? counted(name);
      known.set(name, table);
      return table;
    },
  };
}
