import { z } from 'zod';
import { ENGINE_NAMES } from '../../engine.js';
import { folder, modelReference } from './values.js';

const modelSchema = z.strictObject({
  model: modelReference.describe(
    'name, name@version or name@label, for example alexnet@3 or lenet5@production.',
  ),
  engine: z.enum(ENGINE_NAMES).default('onnxruntime').describe('The engine that runs the model.'),
});

export const modelsSchema = z
  .strictObject({
    registry: folder
      .optional()
      .describe('Folder of the model registry; without it, the one that ships with Smearwatch.'),
    use: z
      .array(modelSchema)
      .min(1)
      .default([
        { model: 'alexnet', engine: 'onnxruntime' },
        { model: 'lenet5', engine: 'onnxruntime' },
      ])
      .describe('The models that classify every image; the first one decides.'),
    cacheFolder: folder
      .optional()
      .describe("Folder for models that are unpacked on first use; without it, the user's cache folder."),
  })
  .prefault({});
