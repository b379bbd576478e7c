import { readFile } from 'node:fs/promises';
import type { Engine, Session } from '../../engine.js';
import { hintOf, messageOf, SmearwatchError } from '../../errors.js';
import { isJson } from '../json-file.js';
import { unloadable } from '../onnx/proto.js';
import { openLayersModel } from './layers-model/open-layers-model.js';
import { loadTensorflow, type Tensorflow } from './load.js';
import { openNetwork } from './open-network.js';
import type { FindOptions } from './paths.js';
import { TensorflowSession, type Runnable } from './session.js';

/**
 * TensorFlow on the CPU. `run` blocks its thread while it computes, so it may only be called in a worker. A
 * session cannot choose its threads: TensorFlow has one pool per process, whose size is
 * TF_NUM_INTRAOP_THREADS when the first engine is loaded.
 * @throws SmearwatchError `engine-unavailable`
 */
export async function tensorflowEngine(options: FindOptions = {}): Promise<Engine> {
  const tf = await load(options);
  return {
    name: 'tfjs-node',
    capabilities: { supportsInt8: false, version: tf.version['tfjs-core'] },
    async open(modelFile: string, classes: number): Promise<Session> {
      const runnable = await open(tf, modelFile, classes);
      return new TensorflowSession(tf, { runnable, classes, modelFile });
    },
  };
}

async function load(options: FindOptions): Promise<Tensorflow> {
  try {
    return await loadTensorflow(options);
  } catch (cause) {
    throw new SmearwatchError(
      'engine-unavailable',
      `The engine tfjs-node cannot be loaded: ${messageOf(cause)}`,
      { hint: hintOf(cause) ?? 'Configure the engine onnxruntime instead.', cause },
    );
  }
}

/**
 * Opens a model by the file's content, as at import: a LayersModel begins with a brace, and no ONNX file
 * does.
 */
async function open(tf: Tensorflow, modelFile: string, classes: number): Promise<Runnable> {
  const bytes = await readFile(modelFile).catch((cause: unknown) => {
    throw unloadable(`${modelFile} cannot be read: ${messageOf(cause)}`, { cause });
  });
  return isJson(bytes)
    ? openLayersModel(tf, modelFile, bytes.toString('utf8'), classes)
    : openNetwork(tf, modelFile, bytes, classes);
}
