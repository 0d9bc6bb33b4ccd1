import { afterEach, describe, expect, it } from 'vitest';
import { change } from '../../support/operations.ts';
import { type Parts, startParts } from '../../support/parts.ts';
import { DAY_MS, entriesOf, followUpOf, Outside, runsOf, sweep } from './sweeps.ts';

let parts: Parts;
afterEach(() => parts.close());

describe('a sweep', () => {
  it('records that an enabled user has registered, once', async () => {
    parts = await startParts({ users: 120 });
    const deps = parts.worker();
    const outside = new Outside(parts);
    const person = parts.people.one({ state: 'disabled', registered: false });
    await change(deps, { users: [person.id] });
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual(['stateChanged disabled enabled']);

    outside.register(person);
    const found = await sweep(deps);
    await sweep(deps);
    expect(await entriesOf(deps, person)).toEqual(['stateChanged disabled enabled', 'registrationCompleted enabled']);
    expect(found.entries).toEqual({ registrationCompleted: 1 });
    expect((await runsOf(deps)).map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
  });
});
