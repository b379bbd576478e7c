import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { METRICS_FILE } from './files.js';
import { metricsSchema, type Metrics } from './metrics.js';

/** What an evaluation left in its folder; undefined where it has not come to its end. */
export async function readMetrics(outDir: string): Promise<Metrics | undefined> {
  try {
    return metricsSchema.parse(JSON.parse(await readFile(join(outDir, METRICS_FILE), 'utf8')));
  } catch {
    // Not there yet, or not of this version: an evaluation that continues writes it.
    return undefined;
  }
}
