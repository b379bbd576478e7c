import type { BenchContext, SampleOf } from '../context.js';
import { withLanes } from '../lanes/lanes.js';
import type { LaneSetup } from '../lanes/protocol.js';

/**
 * A product of this side has work for a few milliseconds, and of twice it more than the second-level cache
 * holds.
 */
const SIDES = [2048, 1024];

/**
 * What the machine's cores can compute at most: products of large square float32 matrices, one on each core
 * at once. Each lane's quickest counts, so that it is the peak and not what neighbours left of it.
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
