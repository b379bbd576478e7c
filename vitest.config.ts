import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/check-build.mjs'],
    // Native addons (ONNX Runtime, sharp) are loaded once per process: forks keep test files from sharing
    // them.
    pool: 'forks',
    maxWorkers: 2,
    // Also for the processes that tests start with modules of dist/ only.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    // .ci/run asks for it. It counts what runs in the tests' own processes, without the daemons, workers and
    // commands that tests start with modules of dist/.
    coverage: {
      enabled: process.env['SMEARWATCH_COVERAGE'] === '1',
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      reporter: ['text-summary'],
    },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
