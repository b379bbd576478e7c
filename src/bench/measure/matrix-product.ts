import type { BenchContext, SampleOf } from '../context.js';
import { withLanes } from '../lanes/lanes.js';
import type { LaneSetup } from '../lanes/protocol.js';

/**
 * Sides of the matrices: a product of the smaller one takes a few milliseconds, and the larger one exceeds
 * the second-level cache.
 */
const SIDES = [2048, 1024];

/**
 * Measures the peak of the machine's cores: products of large square float32 matrices, one on each core at
 * once. The quickest product of each lane counts, so that other load does not lower the peak.
 */
export async function measureMatrixProduct(context: BenchContext): Promise<SampleOf<'matrixProduct'>[]> {
  const { plan, compiled, signal, say } = context;
  const workerFile = new URL('bench/lanes/worker.js', compiled);
  const samples: SampleOf<'matrixProduct'>[] = [];
  for (const side of plan.quick ? SIDES.slice(0, 1) : SIDES) {
    for (const threads of plan.cores) {
      const setup: LaneSetup = { kind: 'product', rows: side, side };
      const setups = new Array<LaneSetup>(threads).fill(setup);
      const { quickestMs } = await withLanes(setups, { workerFile, signal }, (lanes) =>
        lanes.measure(plan.seconds),
      );
      // A multiply-add is two operations.
      const gigaflops = quickestMs.reduce((sum, ms) => sum + (2 * side ** 3) / ms / 1e6, 0);
      say(`Matrix product of side ${side}, ${threads} threads: ${gigaflops.toFixed(0)} GFLOP/s`);
      samples.push({ of: { side, threads }, figures: { gigaflops } });
    }
  }
  return samples;
}
