import { z } from 'zod';
import { evaluationSchema } from './schema/evaluation-schema.js';
import { httpSchema } from './schema/http-schema.js';
import { modelsSchema } from './schema/models-schema.js';
import { pipelineSchema, poolSchema } from './schema/pipeline-schema.js';
import { accuracySchema, driftSchema, reviewSchema } from './schema/quality-schema.js';
import { scannerSchema } from './schema/scanner-schema.js';
import { sinkSchema } from './schema/sink-schema.js';
import { diskSchema, retentionSchema } from './schema/storage-schema.js';
import { folder, milliseconds } from './schema/values.js';

/**
 * The configuration file: every option with its default and description. Each section has a file in schema/.
 * The JSON Schema for editors (config/schema.json) and docs/configuration.md are generated from these
 * descriptions.
 */
export const configSchema = z.strictObject({
  stateFolder: folder.describe(
    'The folder of the ledger. It must be on a local disk and belong to one daemon only.',
  ),
  scanners: z.array(scannerSchema).min(1).describe('The folders to watch.'),
  sinks: z.array(sinkSchema).default([]).describe('Where results are delivered, in addition to the ledger.'),
  models: modelsSchema.describe('The models that classify images.'),
  pipeline: pipelineSchema.describe('Batches, attempts and limits.'),
  pool: poolSchema.describe('The inference workers.'),
  disk: diskSchema.describe('The free space that disks must have.'),
  retention: retentionSchema.describe('How long the ledger and JSON documents are kept.'),
  review: reviewSchema.describe('Which images a person should review.'),
  http: httpSchema.describe('Metrics, health, status and external labels.'),
  accuracy: accuracySchema.describe('Live accuracy: figures of the newest images whose true class is known.'),
  drift: driftSchema.describe('How much the newest images differ from a reference.'),
  evaluation: evaluationSchema.describe('How models are evaluated on labelled images.'),
  log: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error'])
        .default('info')
        .describe('The lowest level that is logged; debug writes lines for every image.'),
    })
    .prefault({})
    .describe('The log: JSON lines on standard output.'),
  shutdownTimeoutMs: milliseconds
    .default(30_000)
    .describe('Time for work in progress to end after SIGTERM or SIGINT; the rest is queued again.'),
});

type DeepReadonly<T> = T extends readonly (infer U)[]
  ? readonly DeepReadonly<U>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A validated configuration: every default filled in, every path absolute, frozen. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
export type ScannerConfig = Config['scanners'][number];
export type SinkConfig = Config['sinks'][number];
export type GateConfig = Config['evaluation']['gates'][number];
export type ScheduleConfig = Config['evaluation']['schedule'];
export type ModelConfig = Config['models']['use'][number];
