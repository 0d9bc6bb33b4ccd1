import { spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/runProgram.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = ['bin', 'bench', 'cli', 'functions', 'infra', 'local', 'shared', 'build.mjs', 'bundle.mjs'];
const DATA = ['openapi.json', 'openapi.connector.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** A clone that has never been built. */
let clone: string;
const path = (...names: string[]): string => join(clone, ...names);

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const name of [...SOURCES, ...DATA]) cpSync(join(root, name), path(name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), path('node_modules'), 'junction');
});
afterAll(() => rmSync(clone, { recursive: true, force: true }));

const mfa = (...args: string[]) => runProgram(process.execPath, [path('bin', 'mfa.mjs'), ...args]);

describe('the command line of a clone', () => {
  it('is built when it is missing, and when a source is newer', async () => {
    const first = await mfa('--help');
    expect(first).toMatchObject({ code: 0, err: 'Building the command line.\n' });
    expect(await mfa('--help')).toEqual({ code: 0, out: first.out, err: '' });
    const source = path('cli', 'failure.ts');
    writeFileSync(source, readFileSync(source, 'utf8').replace('0    success', '0    pulled'));
    const pulled = await mfa('--help');
    expect(pulled).toMatchObject({ code: 0, err: 'Building the command line.\n' });
    expect(pulled.out).toContain('0    pulled');
    appendFileSync(path('shared', 'wait.ts'), '\n');
    expect((await mfa('--help')).err).toBe('Building the command line.\n');
  });

  it('says what to do when it cannot be built', async () => {
    appendFileSync(path('cli', 'failure.ts'), '\nthis is no program\n');
    const ran = await mfa('--help');
    expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining('Run npm ci') });
    cpSync(join(root, 'cli', 'failure.ts'), path('cli', 'failure.ts'));
  });
});

describe('a build', () => {
  it('takes no file away from a program that runs', async () => {
    await runProgram(process.execPath, ['build.mjs'], {}, clone);
    const app = path('dist', 'app.cjs');
    const chunk = path('dist', 'chunk-OFTHEOLD.js');
    const forgotten = path('dist', 'local', 'forgotten.js');
    for (const file of [chunk, forgotten]) writeFileSync(file, '');
    const longAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
    utimesSync(forgotten, longAgo, longAgo);
    const before = statSync(app);
    const building = spawn(process.execPath, ['build.mjs'], { cwd: clone, stdio: 'ignore' });
    let code: number | null | undefined;
    building.once('exit', (ended) => {
      code = ended;
    });
    let looks = 0;
    for (; code === undefined; looks++) {
      // Never gone, and never half a file.
      expect(statSync(app).size).toBe(before.size);
      await nextTurn();
    }
    expect(code).toBe(0);
    expect(looks).toBeGreaterThan(10);
    expect(statSync(app).mtimeMs).toBeGreaterThan(before.mtimeMs);
    expect(existsSync(chunk)).toBe(true);
    expect(existsSync(forgotten)).toBe(false);
  });
});
