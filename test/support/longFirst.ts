import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders and files whose tests start processes: the longest first. */
const LONG = [
  'bench/faults/campaign',
  'cli/',
  'docs/commands',
  'functions/restart',
  'functions/messages',
  'local/demo/demo',
  'local/functions-host/service-bus/',
  'local/functions-host/host.test',
  'local/functions-host/recorded/',
  'functions/',
  'docs/examples',
  'infra/package',
  'shared/telemetry/stop',
  'shared/pace/pacer',
  'shared/registration/',
  'shared/notifications/notify',
  'shared/stateChange/',
];

/**
 * Begins with the files that take long, so that no worker is alone with one in the end. By itself Vitest knows how long
 * files took only where they ran before, and a fresh clone began with those that have the most lines.
 */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((a, b) => rank(a.moduleId) - rank(b.moduleId)),
    );
  }
}

function rank(file: string): number {
  const path = file.replaceAll('\\', '/');
  const found = LONG.findIndex((start) => path.includes(`/test/${start}`));
  return found < 0 ? LONG.length : found;
}
