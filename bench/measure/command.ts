import { randomUUID } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../local/options.ts';
import { projectFolder } from '../../local/projectFolder.ts';
import { accept } from './accept.ts';
import { apply } from './apply.ts';
import { audit } from './audit.ts';
import type { Benchmark } from './benchmark.ts';
import { coldstart } from './coldstart.ts';
import { fairness } from './fairness.ts';
import { idle } from './idle.ts';
import { oddUsers } from './oddUsers.ts';
import { type BenchmarkName, HELP, readOptions } from './options.ts';
import { pace } from './pace.ts';
import { questions } from './questions.ts';
import { record } from './recorded.ts';
import { type Report, readable } from './report.ts';
import { fullSizes, smallSizes } from './sizes.ts';

const benchmarks: Readonly<Record<BenchmarkName, Benchmark>> = {
  apply,
  pace,
  accept,
  audit,
  coldstart,
  idle,
  oddUsers,
  fairness,
  questions,
};

/** Runs the benchmarks that the arguments name, one after another, and returns the exit code. */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const { names, json, record: keep, small, help } = readOptions(args);
    if (help) {
      console.log(HELP);
      return 0;
    }
    for (const name of names) {
      const report = await run(name, small);
      console.log(json ? JSON.stringify(report) : readable(report));
      if (keep) record(join(projectFolder(), 'bench'), report);
    }
    return 0;
  } catch (error) {
    console.error(error instanceof UsageError ? error.message : error);
    return 1;
  }
}

async function run(name: BenchmarkName, small: boolean): Promise<Report> {
  const startedAt = performance.now();
  const findings = await benchmarks[name]({
    sizes: small ? smallSizes : fullSizes,
    now: () => performance.now(),
    newId: randomUUID,
    onProgress: (text) => console.error(`${name}: ${text}`),
  });
  const [processor] = cpus();
  return {
    name,
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    machine: `${cpus().length} × ${processor?.model.trim() || process.arch}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}`,
    node: process.versions.node,
    date: new Date().toISOString(),
    ...findings,
    notes: small ? ['Small sizes: the numbers say nothing.', ...findings.notes] : findings.notes,
  };
}
