import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needsStack, unitTests } from './unitTests.ts';

describe('a test file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'imports-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const write = (name: string, source: string): string => {
    const file = join(folder, name);
    writeFileSync(file, source);
    return file;
  };
  write('starts.ts', "import { spawn } from 'node:child_process';\nexport const start = () => spawn('node');\n");
  write('between.ts', "import './after.ts';\nexport {\n  start,\n} from './starts.ts';\n");
  write('after.ts', "import type { start } from './starts.ts';\nimport { start as other } from './between.ts';\n");

  it.each([
    ['starts a process', "import { execFileSync } from 'node:child_process';", true],
    ['imports what starts a process', "import {\n  start,\n  type Started,\n} from './starts.ts';", true],
    ['imports it through others, in a circle', "import { start } from './between.ts';", true],
    ['loads it later', "const { start } = await import('./starts.ts');", true],
    ['imports a type of it', "import type { start } from './starts.ts';", false],
    ['imports nothing of it', "import { expect } from 'vitest';\nexport const path = 'node:child_process';", false],
  ])('that %s needs the stack, or not', (_what, source, isNeeded) => {
    expect(needsStack(write('a.test.ts', source))).toBe(isNeeded);
  });
});

describe('the unit tests', () => {
  const unit = unitTests();

  it.each([
    'test/support/unitTests.test.ts',
    'test/shared/stateChange/decide.test.ts',
    'test/local/service-bus/engine/queue.test.ts',
  ])('have %s', (file) => expect(unit).toContain(join(file)));

  it.each([
    'test/shared/stateChange/crash.test.ts', // Azurite
    'test/local/functions-host/host.test.ts', // a process
    'test/functions/roles.test.ts', // the built app
  ])('do not have %s', (file) => expect(unit).not.toContain(join(file)));
});
