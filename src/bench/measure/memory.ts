import type { BenchContext, RoundSamples, SampleOf } from '../context.js';
import { runDaemon } from '../daemon/run-daemon.js';
import { usageOf } from '../daemon/usage.js';
import { modelsOf } from '../prepare/material.js';
import { PRECISIONS } from '../parts.js';

/**
 * Measures the largest resident memory of a daemon with both networks, with one worker and with all of them.
 */
export async function measureMemory(context: BenchContext): Promise<RoundSamples> {
  const { plan, material, say, skip } = context;
  const [images] = material.images.values();
  if (usageOf(process.pid) === undefined || images === undefined) {
    skip('Memory', 'it is read from /proc, which this system does not have');
    return {};
  }
  const memory: SampleOf<'memory'>[] = [];
  for (const precision of PRECISIONS) {
    for (const workers of new Set([1, plan.allCores])) {
      const { peakBytes } = await runDaemon(context, {
        setup: { images: images.folder, models: modelsOf(material, 'both', precision), workers },
        files: images.files.length,
        cores: plan.allCores,
      });
      if (peakBytes === undefined) continue;
      say(`Memory, both networks ${precision}, ${workers} workers: ${(peakBytes / 1e6).toFixed(0)} MB`);
      memory.push({ of: { models: 'both', precision, workers }, figures: { peakBytes } });
    }
  }
  return { memory };
}
