import { totalmem } from 'node:os';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { MetricFactory } from './metrics.js';

/**
 * A registry with the process's own metrics (CPU, memory, garbage collection, event-loop delay) and build
 * information. It belongs to the main thread: workers send their timings with their results.
 */
export function createRegistry({ version }: { readonly version: string }): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new MetricFactory(registry).gauge('build_info', 'What is running; the value is always 1.', [
    'version',
    'node',
    'platform',
    'arch',
  ]);
  build.set({ version, node: process.version, platform: process.platform, arch: process.arch }, 1);
  new MetricFactory(registry)
    .gauge(
      'memory_limit_bytes',
      "What the process may use: the computer's memory, or its control group's limit.",
    )
    .set(memoryLimit());
  return registry;
}

function memoryLimit(): number {
  const limit = process.constrainedMemory();
  // Without a limit it is 0, or larger than any computer's memory.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
