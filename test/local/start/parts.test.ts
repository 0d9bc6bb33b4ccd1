import { expect, it } from 'vitest';
import { apiClient } from '../../../local/apiClient.ts';
import { startService } from './startedService.ts';

/** Whether a process is there. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const PARTS = ['The service', 'Graph simulator', 'Azurite', 'Service Bus'] as const;

it.each([
  ['The service', 'The Functions host', /Its last lines:\n {2}\S+Z information .*(sweepRegistrations|listSweeps)/s],
  ['Graph simulator', 'The Graph simulator', /It wrote no lines\./],
  ['Azurite', 'Azurite', /It wrote no lines\./],
  ['Service Bus', 'The Service Bus emulator', /Its last lines:\n {2}Service Bus is ready/],
] as const)('when %s ends, npm start says so, stops the others and ends with 1', async (part, name, lines) => {
  const service = await startService('--users', '60');
  const pids = PARTS.map((one) => service.pidOf(one));
  const pid = service.pidOf(part);
  expect(pids.every(isThere)).toBe(true);
  process.kill(pid, 'SIGKILL');
  const { code, err } = await service.ended;
  expect(code, err).toBe(1);
  expect(err).toContain(`${name} (process ${pid}) ended by SIGKILL.`);
  expect(err).toMatch(lines);
  expect(err.match(/ended by/g)).toHaveLength(1);
  expect(pids.filter(isThere)).toEqual([]);
});

it('when npm start is ready, every user has been looked at, and Ctrl-C ends it with 0 and without a word', async () => {
  const service = await startService('--users', '60', '--seed', '7');
  const users = await apiClient(service.apiUrl).userSummary();
  expect(users.reduce((sum, { users: count }) => sum + count, 0)).toBe(60);
  const [sweep] = await apiClient(service.apiUrl).sweeps();
  expect(sweep).toMatchObject({ sweep: 1, status: 'completed' });
  service.interrupt();
  expect(await service.ended).toEqual({ code: 0, err: '' });
});

it('with --auth entra too, every user has been looked at', async () => {
  const service = await startService('--users', '60', '--auth', 'entra');
  expect(service.welcome).toContain('MFA_ACCESS_TOKEN=$(npm run --silent token');
  service.interrupt();
  expect(await service.ended).toEqual({ code: 0, err: '' });
});
