import { expect, test } from 'vitest';
import { cpuSecondsOf, memoryOf, readPsTime, readStat, readStatus } from '../../../bench/measure/processes.ts';

test('Processor time of Linux is that of the process and of the system for it, whatever the process is called.', () => {
  const fields = 'S 1 1 1 0 -1 4194560 1000 0 0 0 250 75 9 9 20 0 11 0 100 1000000 2000';
  expect(readStat(`42 (node (8) x) ${fields}`)).toBe(3.25);
});

test('Memory of Linux is in KiB.', () => {
  expect(readStatus('Name:\tnode\nVmPeak:\t  999 kB\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n')).toEqual({
    residentMb: 100,
    peakMb: 200,
  });
});

test('Processor time of ps has minutes and seconds, and hours and days when there are any.', () => {
  expect(readPsTime('  0:01.50\n')).toBe(1.5);
  expect(readPsTime('01:02:03')).toBe(3_723);
  expect(readPsTime('2-01:02:03')).toBe(2 * 86_400 + 3_723);
});

test.skipIf(process.platform === 'win32')('A running process has used time and memory.', async () => {
  expect(await cpuSecondsOf(process.pid)).toBeGreaterThan(0);
  expect((await memoryOf(process.pid))?.residentMb).toBeGreaterThan(10);
});
