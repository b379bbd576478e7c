import { z } from 'zod';
import { metricsSchema } from '../../src/evaluate/metrics.js';

/**
 * The file that follows from the contract of `metrics.json`, by its path in the repository. A test holds it
 * up to date.
 */
export function generatedMetricsFiles(): Readonly<Record<string, string>> {
  const schema = { ...z.toJSONSchema(metricsSchema), title: 'metrics.json of a Smearwatch evaluation' };
  return { 'config/metrics.schema.json': `${JSON.stringify(schema, null, 2)}\n` };
}
