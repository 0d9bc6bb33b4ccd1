import { defineConfig } from 'vitest/config';
import { LongFirst } from './test/support/longFirst.ts';
import { unitTests } from './test/support/unitTests.ts';

const MINUTE = 60_000;
// Generous, for tests that start several processes, one after another, on a machine that does other work.
const limits = { testTimeout: 3 * MINUTE, hookTimeout: 3 * MINUTE };
const unit = unitTests();
/** A small fault campaign takes about six minutes, most of them waiting (`npm run test:campaign`). */
const campaign = ['test/bench/faults/campaign.test.ts'];

/**
 * They start the whole service again and again, or watch it for long: what the pages show, outages, restarts, halts,
 * fairness, sweeps that are cut off, and random callers (`npm run test:long`). Without them, `npm test` ends within four minutes on two cores.
 */
const long = [
  'test/bench/outages/scenario.test.ts',
  'test/docs/{commands,changeExamples,examples}.test.ts',
  'test/functions/{access.matrix,access.operations,fairness,halt,messages,powers.property}.test.ts',
  'test/functions/{restart,servicesAway,shortOutage}.test.ts',
  'test/shared/proof/{falseAlarms,tampering.property}.test.ts',
  'test/shared/registration/{cutOff,findings,resumed,year.property}.test.ts',
  'test/shared/stateChange/oddUsers.test.ts',
  'test/shared/telemetry/stop.test.ts',
  'test/cli/{address,build,files,lists,proxy,signIn}.test.ts',
  'test/infra/twoApps.test.ts',
  'test/local/demo/demo.test.ts',
  'test/local/stopWithParent.test.ts',
  'test/local/start/*.test.ts',
  'test/local/picture/session.test.ts',
];

/** OpenTelemetry has one logger in a process: late problems of other files would reach this one. */
const alone = ['test/infra/telemetryApart.test.ts'];

export default defineConfig({
  test: {
    // On two cores: half of the time goes by waiting for processes that start and for locks that run out.
    maxWorkers: 4,
    sequence: { sequencer: LongFirst },
    // A build server reads how many tests there were.
    reporters: process.env.CI ? ['default', ['json', { outputFile: '.ci/results.json' }]] : ['default'],
    projects: [
      {
        // What runs at once after a change, and in a fresh clone.
        test: { name: 'unit', include: unit, isolate: false, testTimeout: MINUTE, hookTimeout: MINUTE },
      },
      {
        test: {
          name: 'local',
          include: ['test/local/**/*.test.ts'],
          exclude: [
            ...unit,
            ...long,
            // These recordings take four minutes and run with npm run test:host.
            ...(process.env.HOST_REPLAY === 'whole'
              ? []
              : ['starts', 'serviceBus', 'timers'].map((name) => `test/local/functions-host/recorded/${name}.test.ts`)),
          ],
          globalSetup: ['test/support/buildSetup.ts'],
          isolate: false,
          ...limits,
        },
      },
      {
        // The product runs against a built app and one Azurite for all of its tests.
        test: {
          name: 'product',
          include: ['test/**/*.test.ts'],
          exclude: [...unit, ...long, ...campaign, ...alone, 'test/local/**', 'test/conformance/**'],
          globalSetup: ['test/support/buildSetup.ts', 'test/support/globalSetup.ts'],
          isolate: false, // the SDKs take seconds to load, so they are loaded once a worker
          ...limits,
        },
      },
      {
        test: { name: 'alone', include: alone, globalSetup: ['test/support/buildSetup.ts'], ...limits },
      },
      {
        test: { name: 'campaign', include: campaign, globalSetup: ['test/support/buildSetup.ts'], ...limits },
      },
      {
        test: {
          name: 'long',
          include: long,
          exclude: unit,
          globalSetup: ['test/support/buildSetup.ts', 'test/support/globalSetup.ts'],
          isolate: false,
          ...limits,
        },
      },
    ],
  },
});
