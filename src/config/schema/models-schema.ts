import { z } from 'zod';
import { ENGINE_NAMES } from '../../engine.js';
import { folder, modelReference } from './values.js';

const modelSchema = z.strictObject({
  model: modelReference.describe(
    'name, name@version or name@label, for instance alexnet@3 or lenet5@production.',
  ),
  engine: z.enum(ENGINE_NAMES).default('onnxruntime').describe('What runs it.'),
});

export const modelsSchema = z
  .strictObject({
    registry: folder
      .optional()
      .describe("The model registry's folder; without it, the one that ships with Smearwatch."),
    use: z
      .array(modelSchema)
      .min(1)
      .default([
        { model: 'alexnet', engine: 'onnxruntime' },
        { model: 'lenet5', engine: 'onnxruntime' },
      ])
      .describe('Every image is classified by each of these; the first one decides.'),
    cacheFolder: folder
      .optional()
      .describe("Where packed models are unpacked on first use; without it, the user's cache folder."),
  })
  .prefault({});
