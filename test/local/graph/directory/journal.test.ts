import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { graphControl } from '../../../../local/graph/control.ts';
import { type GraphSimulator, startGraphSimulator } from '../../../../local/graph/simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const start = (journalFile: string, users = 50): Promise<GraphSimulator> => startGraphSimulator({ users, journalFile });

/** Everything that the control endpoint tells of a simulator. */
async function told({ url }: GraphSimulator): Promise<object> {
  const control = graphControl(url);
  return { users: await control.users(), groups: await control.groups(), ledger: await control.ledger() };
}

/** Changes some users in each way that there is, and returns the state after that. */
async function changeSome(simulator: GraphSimulator): Promise<object> {
  const control = graphControl(simulator.url);
  await control.setState('alice@contoso.com', 'enforced');
  await control.setState('alice@contoso.com', 'enabled');
  await control.register('alice@contoso.com', ['fido2', 'phone']); // Entra promotes her
  await control.setState('bob@contoso.com', 'disabled'); // which changes nothing, and is a write all the same
  const last = (await control.users()).at(-1)?.id as string;
  await control.setState(last, 'enforced');
  await control.deleteUser(last);
  return told(simulator);
}

describe('a directory that is kept', () => {
  it('is the same in the next process: states, registrations, deletions and the ledger', async () => {
    const file = join(folder, 'same.ndjson');
    const first = await start(file);
    const before = await changeSome(first);
    const { events } = first.tenant.auditTrail;
    await first.close();
    const second = await start(file);
    expect(await told(second)).toEqual(before);
    expect(second.tenant.auditTrail.events).toEqual(events);
    expect(await graphControl(second.url).users()).toHaveLength(49);
    await second.close();
  });

  it('loses nothing but a line that was not written to its end, and continues after the last whole one', async () => {
    const file = join(folder, 'cut.ndjson');
    const first = await start(file);
    const before = await changeSome(first);
    await first.close();
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"kind":"state","userId":"2b9a6c1e","from":"é'); // also within a character
    const second = await start(file);
    expect(await told(second)).toEqual(before);
    expect(readFileSync(file, 'utf8')).toBe(whole);
    await graphControl(second.url).setState('bob@contoso.com', 'enabled');
    const then = await told(second);
    await second.close();
    const third = await start(file);
    expect(await told(third)).toEqual(then);
    await third.close();
  });

  it('cannot be reset, because other parts keep facts about it', async () => {
    const simulator = await start(join(folder, 'reset.ndjson'));
    await expect(graphControl(simulator.url).reset()).rejects.toThrow(/409.*kept in a file/s);
    await simulator.close();
  });

  it('is refused to another directory, and so is a file of something else', async () => {
    const file = join(folder, 'other.ndjson');
    await (await start(file)).close();
    await expect(start(file, 51)).rejects.toThrow('Start with --users 50 --seed 1');
    for (const content of ['', 'users\n', '{"format":2,"users":50,"seed":1}\n']) {
      writeFileSync(file, content);
      await expect(start(file)).rejects.toThrow('Line 1 of');
    }
  });
});
