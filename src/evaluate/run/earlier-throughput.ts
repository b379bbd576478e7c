import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS_FILE } from '../files.js';
import { metricsSchema, type Metrics } from '../metrics.js';

/** How fast the images were classified when they were, where everything is being measured once more. */
export async function earlierThroughput(outDir: string): Promise<Metrics['throughput'] | undefined> {
  const text = await readFile(join(outDir, METRICS_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return metricsSchema.parse(JSON.parse(text)).throughput;
  } catch {
    return undefined; // of another version, or changed by somebody: it is replaced in a moment
  }
}
