import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { laneOf } from '../../../shared/domain/lane.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { Dependencies } from '../../../shared/host/dependencies.ts';
import { applyChunk } from '../../../shared/stateChange/applyChunk.ts';
import { cancelOperation } from '../../../shared/stateChange/cancel.ts';
import { failChunk } from '../../../shared/stateChange/deadLetters.ts';
import { interrupt } from '../../support/interrupt.ts';
import { historyOf, outcomesOf, planOne, userRow, writesOf } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { replaceMethod } from '../../support/replaceMethod.ts';
import { writesIn } from '../../support/writesIn.ts';

let parts: Parts;

beforeAll(async () => {
  parts = await startParts({ users: 300 });
});
afterAll(() => parts.close());

const actor = { kind: 'application', id: 'somebody' } as const;

describe('a worker that lost its chunk and does not know', () => {
  it('does not write a user whose outcome another has stored since, and leaves no claim', async () => {
    const [lost, other] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(lost, id);
    beforeClaim(lost, async () => {
      await cancelOperation(operation.id, actor, other);
      await applyChunk(message, other);
    });
    await applyChunk(message, lost);
    expect(await outcomesOf(other, operation)).toEqual(['canceled']);
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await userRow(other, id)).toMatchObject({ claim: null, state: null });
  });

  it('does not write a user whose dead letter was recorded since', async () => {
    const [lost, other] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(lost, id);
    beforeClaim(lost, async () => {
      await failChunk(message, { code: 'deadLettered', message: 'too often' }, other);
    });
    await applyChunk(message, lost);
    expect(await outcomesOf(other, operation)).toEqual(['failed']);
    expect(writesOf(parts.graph, id)).toEqual([]);
    expect(await userRow(other, id)).toMatchObject({ claim: null });
  });

  it('does not record a user as canceled that another worker has written', async () => {
    const [lost, other] = [parts.worker(), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(lost, id);
    canceledFor(lost, operation);
    beforeOutcomes(lost, async () => {
      await applyChunk(message, other);
    });
    await applyChunk(message, lost);
    expect(await outcomesOf(other, operation)).toEqual(['applied']);
    expect(await historyOf(other, id)).toMatchObject([{ event: 'stateChanged', from: 'disabled', to: 'enabled' }]);
  });

  it('does not record a user as canceled that another worker is about to write', async () => {
    let writeNow = (): void => {};
    let writing: Promise<unknown> | undefined;
    // The worker that lost the chunk waits when it cannot decide on the user, and the other one writes meanwhile.
    const wait = async (): Promise<void> => {
      writeNow();
      await writing;
    };
    const [lost, other] = [parts.worker({ wait }), parts.worker()];
    const { id } = parts.people.one();
    const { operation, message } = await planOne(lost, id);
    canceledFor(lost, operation);
    beforeOutcomes(
      lost,
      () =>
        new Promise<void>((onItsWay) => {
          const graph: Dependencies['graph'] = async (request) => {
            if (writesIn(request) > 0) {
              onItsWay();
              await new Promise<void>((resolve) => {
                writeNow = resolve;
              });
            }
            return other.graph(request);
          };
          writing = applyChunk(message, { ...other, graph });
        }),
    );
    await applyChunk(message, lost);
    writeNow();
    await writing;
    expect(await outcomesOf(other, operation)).toEqual(['applied']);
    expect((await historyOf(other, id)).map(({ event }) => event)).toEqual(['stateChanged']);
  });
});

describe('a worker whose write Graph throttled', () => {
  it.each(['enabled', 'disabled'] as const)(
    'records the unanswered write of another one with the same chunk that sent it meanwhile, to %s',
    async (state) => {
      const { id } = parts.people.one();
      if (state === 'disabled') await applyChunk((await planOne(parts.worker(), id)).message, parts.worker());
      const other = parts.worker();
      const { operation, message } = await planOne(other, id, { state });
      // The other worker sends the write, and ends before it gets the answer.
      const graph: Dependencies['graph'] = async (request) => {
        const answer = await other.graph(request);
        if (writesIn(request) > 0) throw new Error('the process has ended');
        return answer;
      };
      let hasWritten = false;
      const wait = async (): Promise<void> => {
        if (hasWritten) return parts.clock.skip(other.consistencyMs);
        hasWritten = true;
        await applyChunk(message, { ...other, graph, retryBudgetMs: 0 }).catch(() => {});
      };
      const match = { method: 'PATCH', path: id, batchItem: true };
      parts.graph.faults.add({ match, times: 1, fault: { status: 429, retryAfterSeconds: 1 } });
      await applyChunk(message, parts.worker({ wait }));
      expect(hasWritten).toBe(true);
      expect(await outcomesOf(other, operation)).toEqual(['applied']);
      const from = state === 'enabled' ? 'disabled' : 'enabled';
      expect((await historyOf(other, id))[0]).toMatchObject({ event: 'stateChanged', from, to: state });
    },
  );
});

describe('a claim that is laid after its user was settled, by a worker that ends then', () => {
  it('does not keep the next change waiting', async () => {
    const other = parts.worker();
    const { id } = parts.people.one();
    const { message } = await planOne(other, id);
    await applyChunk(message, other);
    const row = await userRow(other, id);
    await other.users.put(laneOf(id), [
      {
        ...row,
        claim: {
          sequence: row.sequence,
          operationId: message.operationId,
          chunk: message.chunk,
          from: 'disabled',
          target: 'enabled',
          overrides: [],
          at: new Date(parts.clock.now()).toISOString(),
        },
      },
    ]);
    const next = await planOne(other, id, { state: 'disabled' });
    await applyChunk(next.message, parts.worker());
    expect(await outcomesOf(other, next.operation)).toEqual(['applied']);
    expect(await userRow(other, id)).toMatchObject({ claim: null, state: 'disabled' });
    expect((await historyOf(other, id)).map(({ event }) => event)).toEqual(['stateChanged', 'stateChanged']);
  });
});

/** Lets one worker believe that an operation was canceled. */
function canceledFor({ operations }: Dependencies, operation: Operation): void {
  const canceled = async () => ({ ...operation, cancelRequestedAt: operation.acceptedAt });
  replaceMethod(operations, 'getRecent', () => canceled);
  replaceMethod(operations, 'get', () => canceled);
}

/** Does something when the worker has decided, and is about to store its first outcomes. */
function beforeOutcomes({ operations }: Dependencies, work: () => Promise<unknown>): void {
  interrupt(operations, 'putOutcomes', 'before', { work });
}

/** Does something when the worker has decided, and is about to store its claim. */
function beforeClaim({ users }: Dependencies, work: () => Promise<unknown>): void {
  interrupt(users, 'put', 'before', { at: (_lane, rows) => rows.some(({ claim }) => claim !== null), work });
}
