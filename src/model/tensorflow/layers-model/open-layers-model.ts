import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../errors.js';
import { digestBytes } from '../../../files/digest-file.js';
import { unloadable } from '../../onnx/proto.js';
import { WEIGHTS_FILE } from '../../registry/model-files.js';
import type { Tensorflow } from '../load.js';
import type { Runnable } from '../session.js';
import { applyContract } from './apply-contract.js';
import { buildLayers } from './build-layers.js';
import { parseStored } from './stored.js';

/**
 * Opens a registered LayersModel by the path of its `model.json`. Import has checked its layers; this checks
 * that the weights are those that the file names.
 * @throws SmearwatchError `model-unloadable`
 */
export async function openLayersModel(
  tf: Tensorflow,
  modelFile: string,
  text: string,
  classes: number,
): Promise<Runnable> {
  const { modelTopology, weightsManifest, userDefinedMetadata } = parse(text, modelFile);
  const contract = userDefinedMetadata.smearwatch;
  const values = await readWeights(join(dirname(modelFile), WEIGHTS_FILE), contract.weightsSha256);
  const parts = { modelTopology, weights: weightsManifest[0].weights, values };
  const model = await buildLayers(tf, parts).catch((cause: unknown) => {
    throw unloadable(`${modelFile} cannot be loaded by TensorFlow: ${messageOf(cause)}`, { cause });
  });
  const found = model.outputs[0]?.shape.slice(1).reduce((product: number, side) => product * (side ?? 1), 1);
  if (found !== classes) {
    model.dispose();
    throw unloadable(`${modelFile} does not fit: it gives ${found ?? 0} values per image, not ${classes}`);
  }
  return {
    run: (pixels) => applyContract(tf, model, contract, pixels),
    dispose: () => void model.dispose(),
  };
}

function parse(text: string, modelFile: string): ReturnType<typeof parseStored> {
  try {
    return parseStored(text);
  } catch (cause) {
    throw unloadable(`${modelFile} is not a LayersModel that models import wrote: ${messageOf(cause)}`, {
      hint: 'Import a foreign network with `smearwatch models import`.',
      cause,
    });
  }
}

async function readWeights(file: string, sha256: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw unloadable(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const found = digestBytes(bytes).sha256;
  if (found !== sha256)
    throw unloadable(`${file} has the SHA-256 ${found}, and its model.json names ${sha256}`);
  return bytes;
}
