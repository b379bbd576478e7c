import { z } from 'zod';
import { quoted, unreadable, unsupported } from '../failures.js';
import { isOfKeras3, ofKeras3 } from './keras3.js';

const endSchema = z.tuple([z.string(), z.int().min(0), z.int().min(0)]);

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.looseObject({ name: z.string() }),
  /** Inputs for each use of the layer in the network: [layer, node, tensor, options]. */
  inbound_nodes: z
    .array(z.array(z.tuple([z.string(), z.int().min(0), z.int().min(0)], z.unknown())))
    .default([]),
});

const layersSchema = z.array(layerSchema).min(1);
const sequentialSchema = z.object({ layers: layersSchema });
const functionalSchema = z.object({
  layers: layersSchema,
  input_layers: z.array(endSchema).min(1),
  output_layers: z.array(endSchema).min(1),
});
const modelSchema = z.object({ class_name: z.string(), config: z.unknown() });

export type LayerJson = z.infer<typeof layerSchema>;

/** The parts of a model in a `model.json`: of the outermost model, or of one that is a layer. */
export type ModelParts =
  | { readonly kind: 'sequential'; readonly layers: readonly LayerJson[] }
  | {
      readonly kind: 'functional';
      readonly layers: readonly LayerJson[];
      /** Names of the input layers. */
      readonly inputs: readonly string[];
      readonly outputs: readonly string[];
    };

/**
 * Reads a model's parts.
 * @throws SmearwatchError `import-unreadable`, `import-unsupported`
 */
export function partsOf(model: unknown): ModelParts {
  const { class_name: kind, config } = checked(modelSchema, model, 'modelTopology');
  // Old files have a list instead of an object with a list.
  const described = Array.isArray(config) ? { layers: config as unknown[] } : config;
  if (isOfKeras3(described)) throw ofKeras3();
  if (kind === 'Sequential') {
    return { kind: 'sequential', layers: checked(sequentialSchema, described, kind).layers };
  }
  if (kind === 'Functional' || kind === 'Model') {
    const { layers, input_layers, output_layers } = checked(functionalSchema, described, kind);
    const names = (ends: readonly z.infer<typeof endSchema>[]) => ends.map(([name]) => name);
    return { kind: 'functional', layers, inputs: names(input_layers), outputs: names(output_layers) };
  }
  throw unsupported(
    `its model is of the kind ${quoted(kind)}`,
    'A LayersModel is a Sequential or a Functional model: build the network as one, or export it as ONNX.',
  );
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = [where, ...(issue?.path ?? [])].map(String).join('.');
  throw unreadable(
    `its topology does not have tfjs's format: ${place}: ${issue?.message ?? 'is invalid'}`,
    result.error,
    'Convert the network again with a current tensorflowjs_converter, or save it again with tfjs.',
  );
}
