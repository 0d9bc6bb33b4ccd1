import { z } from 'zod';
import { apiClient } from '../../local/apiClient.ts';
import { runSweep } from '../../local/runSweep.ts';
import { oddKinds } from './oddKinds.ts';
import { onTestbed, type Testbed } from './testbed.ts';

/** A registration sweep, from its start to its end. */
export interface OddSweep {
  /** Whether it completed, within a quarter of an hour. */
  readonly isCompleted: boolean;
  readonly seconds: number;
  readonly notes: readonly string[];
}

const sweepPage = z.object({ value: z.array(z.object({ status: z.string(), notes: z.array(z.string()) })) });
const userPage = z.looseObject({ value: z.array(z.looseObject({ id: z.string() })) });

/** The first page of all users, as the sweep asks for it. */
const FIRST_PAGE =
  '/beta/users?$select=id,userPrincipalName,displayName,userType,accountEnabled,assignedLicenses,perUserMfaState&$top=999';
const FIRST_PAGE_ONLY = '^/beta/users\\?(?!.*skiptoken)';

/**
 * Sweeps a tenant. With odd users, one enabled user of each kind has no readable methods, and two users have a state in the
 * list of all users that is null or unknown.
 */
export function sweepTenant(users: number, hasOddUsers: boolean, now: () => number): Promise<OddSweep> {
  return onTestbed({ users }, async (testbed) => {
    if (hasOddUsers) await makeOdd(testbed);
    const { apiUrl, hostUrl } = testbed.stack;
    const startedAt = now();
    const isCompleted = await runSweep({ api: apiClient(apiUrl), hostUrl }, now).then(
      () => true,
      () => false,
    );
    const seconds = (now() - startedAt) / 1_000;
    const [newest] = sweepPage.parse(await (await fetch(`${apiUrl}/sweeps`)).json()).value;
    return { isCompleted, seconds, notes: newest?.notes ?? [] };
  });
}

async function makeOdd({ graph, stack }: Testbed): Promise<void> {
  const enabled = (await graph.users()).filter(({ state }) => state === 'enabled');
  for (const [index, { make }] of oddKinds.entries()) {
    const user = enabled[index];
    if (user === undefined) throw new Error('The directory has too few enabled users.');
    await make(graph, user.id);
  }
  const answer = await fetch(`${stack.graphUrl}${FIRST_PAGE}`, { headers: { Authorization: 'Bearer local' } });
  const page = userPage.parse(await answer.json());
  const states = [null, 'suspended'];
  const value = page.value.map((user, index) =>
    index < states.length ? { ...user, perUserMfaState: states[index] } : user,
  );
  await graph.addFault({
    match: { method: 'GET', path: FIRST_PAGE_ONLY },
    fault: { status: 200, body: { ...page, value } },
  });
}
