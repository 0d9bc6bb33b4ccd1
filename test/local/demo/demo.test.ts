import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const main = join(root, 'dist', 'local', 'demo', 'main.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function demo(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['--enable-source-maps', main, ...args], (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

beforeAll(() => {
  if (!existsSync(main)) execFileSync(process.execPath, ['build.mjs'], { cwd: root, stdio: 'inherit' });
});

describe('npm run demo', () => {
  it('changes a list of users with the whole service, and finds that all sides agree', async () => {
    const { code, stdout, stderr } = await demo('--users', '60', '--seed', '5', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('30 of 30') });
    expect(stdout.match(/\n/g)).toHaveLength(1);
    const summary = JSON.parse(stdout);
    const { pending, applied, unchanged, refused, failed, duplicate } = summary.outcomes;
    expect(summary).toMatchObject({ references: 30, mismatches: 0, graphWrites: applied });
    expect(pending).toBe(0);
    expect(applied + unchanged + refused + failed + duplicate).toBe(30);
    const { registration } = summary;
    expect(registration.registered).toBeGreaterThan(0);
    expect(registration.enforcedByEntra + registration.recorded).toBeGreaterThanOrEqual(registration.registered);
    expect(registration).toMatchObject({ recorded: registration.registered, promoted: 0 });
    expect(registration.stuck).toBeLessThanOrEqual(registration.recorded);
    expect(summary.auditEntries).toBe(applied + refused + failed + 1); // and that the request was accepted
    expect(refused).toBeGreaterThanOrEqual(3); // the protected accounts
    expect(failed).toBe(2); // the unknown names and ids
    expect(duplicate).toBe(3);
    expect(summary.graphRequests).toBeGreaterThan(0);
    expect(summary.seconds).toBeGreaterThan(0);
  });

  it('lets the service promote users that Entra does not enforce, and finds no disagreement', async () => {
    const { code, stdout } = await demo('--users', '200', '--json', '--promote');
    expect(code).toBe(0);
    const { registration, mismatches } = JSON.parse(stdout);
    expect(registration.promoted).toBeGreaterThan(0);
    expect({ mismatches, stuck: registration.stuck }).toEqual({ mismatches: 0, stuck: 0 });
  }, 120_000);

  it('starts nothing for a file that is not there', async () => {
    const ended = await demo('--json', '--csv', 'no-such-file.csv');
    expect(ended).toEqual({ code: 1, stdout: '', stderr: 'The file no-such-file.csv does not exist.\n' });
  });

  it('says how it is used', async () => {
    const { code, stdout } = await demo('--help');
    expect(code).toBe(0);
    expect(stdout).toContain('--csv FILE');
  });
});
