import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { suites } from './suites.ts';

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    projects: Object.keys(suites).map((name) => ({
      test: {
        name,
        include: [`test/conformance/${name}/**/*.test.ts`],
        testTimeout: 120_000,
        hookTimeout: 600_000, // compilers start slowly on a busy machine
      },
    })),
  },
});
