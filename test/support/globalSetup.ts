import type { TestProject } from 'vitest/node';
import { startAzurite } from '../../local/azurite/azurite.ts';

/** Starts one Azurite for all tests. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const azurite = await startAzurite();
  project.provide('tablesConnection', azurite.connectionString);
  project.provide('tablesPort', azurite.tablePort);
  return async () => {
    await azurite.child.stop();
  };
}
