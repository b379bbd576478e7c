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
  return registry;
}
