import { staleBuild } from '../scripts/build-stamp.mjs';

/**
 * Once before all tests: those that run dist/ fail with this sentence (test/fixtures/compiled.ts), others
 * run.
 */
export function setup() {
  const problem = staleBuild();
  if (problem === undefined) delete process.env['SMEARWATCH_STALE_BUILD'];
  else process.env['SMEARWATCH_STALE_BUILD'] = problem;
}
