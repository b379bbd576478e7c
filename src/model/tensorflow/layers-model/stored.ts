import { z } from 'zod';
import { LAYERS_FILE, WEIGHTS_FILE } from '../../registry/model-files.js';

/**
 * Conversion of the contract's pixels to the input of a foreign network, and of its values to probabilities.
 */
const contractSchema = z.strictObject({
  version: z.literal(1),
  /** Rows and columns of the network's input, [N, inputSize, inputSize, 3]. */
  inputSize: z.int().min(1),
  channels: z.enum(['rgb', 'bgr']),
  /** input = (pixel / scale − mean) / deviation for pixels from 0 to 255, in the order of `channels`. */
  scale: z.number(),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  deviation: z.tuple([z.number(), z.number(), z.number()]),
  outputIs: z.enum(['logits', 'probabilities']),
  /** SHA-256 of `weights.bin`, so that the SHA-256 of this file covers everything that decides a result. */
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const weightSchema = z.strictObject({
  name: z.string(),
  shape: z.array(z.int().min(1)),
  dtype: z.literal('float32'),
});

/**
 * The `model.json` of a registered LayersModel. It has the format of tfjs's `model.save`, and any program can
 * load the network from it; only the contract is ours, in the place that the format provides for user data.
 */
const storedSchema = z.strictObject({
  format: z.literal('layers-model'),
  generatedBy: z.string(),
  convertedBy: z.string().nullable(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z.tuple([
    z.strictObject({ paths: z.tuple([z.literal(WEIGHTS_FILE)]), weights: z.array(weightSchema) }),
  ]),
  userDefinedMetadata: z.strictObject({ smearwatch: contractSchema }),
});

export type StoredLayersModel = z.infer<typeof storedSchema>;
export type LayersContract = z.infer<typeof contractSchema>;
export type StoredWeight = z.infer<typeof weightSchema>;

/**
 * Parses a stored `model.json`.
 * @throws Error that names the field
 */
export function parseStored(text: string): StoredLayersModel {
  const result = storedSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Error(`${issue?.path.map(String).join('.') ?? LAYERS_FILE}: ${issue?.message ?? 'is invalid'}`);
}
