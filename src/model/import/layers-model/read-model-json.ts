import { z } from 'zod';
import { messageOf } from '../../../errors.js';
import { decodeText } from '../../../text/decode-text.js';
import { quoted, unreadable, unsupported } from '../failures.js';
import { checkJson } from './check-json.js';

const weightSchema = z.object({
  name: z.string(),
  shape: z.array(z.int().min(1)).max(8),
  dtype: z.string(),
  quantization: z.unknown().optional(),
  /** `optimizer` weights are for continued training, and are not used here. */
  group: z.string().optional(),
});

const schema = z.object({
  generatedBy: z.string().nullish(),
  convertedBy: z.string().nullish(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z
    .array(z.object({ paths: z.array(z.string()).min(1), weights: z.array(weightSchema) }))
    .min(1),
});

/** The outline of a foreign `model.json`. */
export type ModelJson = z.infer<typeof schema>;
export type WeightSpec = z.infer<typeof weightSchema>;

/**
 * Reads a `model.json`.
 * @throws SmearwatchError `import-unreadable` when it is not JSON of that outline, or made to harm a reader;
 *   `import-unsupported` when it is another kind of model
 */
export function readModelJson(bytes: Buffer): ModelJson {
  const json = parse(decodeText(bytes, ({ what }) => unreadable(what, undefined, HINT)));
  checkJson(json);
  checkKind(json);
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') ?? '';
  throw unreadable(`${place}: ${issue?.message ?? 'is invalid'}`, result.error, HINT);
}

const HINT =
  'Name the model.json that model.save of tfjs or tensorflowjs_converter has written, as it was written.';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable(`it begins like JSON but cannot be parsed: ${messageOf(error)}`, error, HINT);
  }
}

/**
 * Rejects other kinds of models. Older converters wrote no `format`; the topology of a GraphModel has a list
 * of nodes.
 */
function checkKind(json: unknown): void {
  const { format, modelTopology } = json as { format?: unknown; modelTopology?: { node?: unknown } | null };
  if (format === 'graph-model' || Array.isArray(modelTopology?.node)) {
    throw unsupported(
      'it is a tfjs GraphModel, and only LayersModels are supported',
      'Convert the Keras model with --output_format tfjs_layers_model, or export it as ONNX.',
    );
  }
  if (format !== undefined && format !== 'layers-model') {
    throw unsupported(`its format is ${quoted(format)}, not "layers-model"`, HINT);
  }
  if (modelTopology === undefined) {
    throw unreadable('it is JSON but not a LayersModel: it has no modelTopology', undefined, HINT);
  }
}
