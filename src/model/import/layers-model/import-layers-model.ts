import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, SmearwatchError } from '../../../errors.js';
import { digestBytes } from '../../../files/digest-file.js';
import { LAYERS_FILE, WEIGHTS_FILE } from '../../registry/model-files.js';
import { tensorflowEngine } from '../../tensorflow/engine.js';
import { buildLayers, type LayersModelParts } from '../../tensorflow/layers-model/build-layers.js';
import type { LayersContract, StoredLayersModel } from '../../tensorflow/layers-model/stored.js';
import { loadTensorflow } from '../../tensorflow/load.js';
import type { FindOptions } from '../../tensorflow/paths.js';
import { inputMisfit, notRunning } from '../failures.js';
import { readBounded } from '../read-bounded.js';
import type { Imported, ImportStatement, Stated, ToImport } from '../statement.js';
import { tryModel } from '../try-model.js';
import { checkBuilt } from './check-built.js';
import { checkSignature } from './check-signature.js';
import { checkTopology } from './check-topology.js';
import { checkWeights } from './check-weights.js';
import { comparingWeights } from './compare-weights.js';
import { readModelJson, type ModelJson } from './read-model-json.js';
import { readWeights } from './read-weights.js';

/** Largest `model.json`: it has layers and names of weights but no values, some hundred bytes for each. */
const MAX_BYTES = 1 << 24;

/**
 * Converts a foreign LayersModel to a registered one, writes it to `folder` and tries it. The whole file is
 * checked before TensorFlow is loaded and receives any of it.
 * @throws SmearwatchError `import-…`, `engine-unavailable`
 */
export async function importLayersModel(
  { file, folder, statement: stated }: ToImport,
  options: FindOptions = {},
): Promise<Imported> {
  const statement = withLayout(stated);
  const bytes = await readBounded(file, MAX_BYTES);
  const json = readModelJson(bytes);
  const layers = checkTopology(json.modelTopology);
  checkWeights(json);
  const { weights, values } = await readWeights(dirname(file), json);
  const parts = {
    modelTopology: untrained(json.modelTopology),
    weights: weights.map((weight) => ({ ...weight, dtype: 'float32' as const })),
    values,
  };
  const engine = await tensorflowEngine(options);
  await checkNetwork(parts, statement, options);
  await writeModel(folder, json, parts, statement);
  return {
    format: 'layers-model',
    statement,
    foreign: {
      ...digestBytes(bytes),
      producer: producerOf(json),
      layers,
      weightFiles: json.weightsManifest.flatMap(({ paths }) => paths).length,
    },
    engine: await tryModel(engine, join(folder, LAYERS_FILE), statement),
  };
}

/** Removes the training settings that the Python converter stores next to the network. */
function untrained(modelTopology: ModelJson['modelTopology']): ModelJson['modelTopology'] {
  return Object.fromEntries(Object.entries(modelTopology).filter(([key]) => key !== 'training_config'));
}

function withLayout(stated: Stated): ImportStatement {
  if (stated.layout === 'nchw') {
    throw inputMisfit(
      'a LayersModel takes its channels last, and --layout says nchw',
      'Use --layout nhwc, or leave it out.',
    );
  }
  return { ...stated, layout: 'nhwc' };
}

async function checkNetwork(
  parts: LayersModelParts,
  statement: ImportStatement,
  options: FindOptions,
): Promise<void> {
  const tf = await loadTensorflow(options);
  const building = comparingWeights(tf, parts.weights, () => buildLayers(tf, parts));
  const model = await building.catch((error: unknown) => {
    throw error instanceof SmearwatchError ? error : notRunning('tfjs-node', messageOf(error), error);
  });
  try {
    checkSignature(model, statement);
    checkBuilt(model, statement);
  } finally {
    model.dispose();
  }
}

/**
 * Writes the network itself from the foreign file, without its training settings and the old paths of its
 * weights.
 */
async function writeModel(
  folder: string,
  { generatedBy, convertedBy }: ModelJson,
  { modelTopology, weights, values }: LayersModelParts,
  { inputSize, channels, scale, mean, deviation, outputIs }: ImportStatement,
): Promise<void> {
  const { sha256: weightsSha256 } = digestBytes(values);
  const contract: LayersContract = {
    version: 1,
    inputSize,
    channels,
    scale,
    outputIs,
    weightsSha256,
    mean: [...mean],
    deviation: [...deviation],
  };
  const stored: StoredLayersModel = {
    format: 'layers-model',
    generatedBy: generatedBy ?? 'unknown',
    convertedBy: convertedBy ?? null,
    modelTopology: { ...modelTopology },
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: [...weights] }],
    userDefinedMetadata: { smearwatch: contract },
  };
  await writeFile(join(folder, WEIGHTS_FILE), values, { flush: true });
  await writeFile(join(folder, LAYERS_FILE), `${JSON.stringify(stored)}\n`, { flush: true });
}

function producerOf({ generatedBy, convertedBy }: ModelJson): string {
  const names = [generatedBy, convertedBy].filter((name) => typeof name === 'string' && name !== '');
  return names.length === 0 ? 'unknown' : names.join(', ').slice(0, 100);
}
