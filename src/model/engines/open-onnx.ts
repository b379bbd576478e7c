import { InferenceSession } from 'onnxruntime-node';
import { messageOf, SmearwatchError } from '../../errors.js';
import type { SessionOptions } from '../engine.js';
import { cutFront, type CutFront, type CutModel } from '../onnx/cut-front.js';
import { readSkeleton, type Skeleton } from '../onnx/skeleton.js';
import { checkInput } from './contract.js';
import { FrontKernel } from './front-kernel.js';
import { frontInput, pixelInput, type GraphInput } from './graph-input.js';

/** A session, and what it is fed with. */
export interface OpenedModel {
  readonly session: InferenceSession;
  readonly input: GraphInput;
  /** Whether the graph declares its whole input, so that it need not be tried. */
  readonly isDeclared: boolean;
}

/**
 * Loads a model without its front, where it has one that our own kernel computes, and else as it is.
 * @throws SmearwatchError `model-unloadable`, `engine-unavailable` when the kernel is missing
 */
export async function openOnnx(modelFile: string, options: SessionOptions): Promise<OpenedModel> {
  const skeleton = await readSkeleton(modelFile);
  const cut = cutFront(skeleton.model);
  const opened = cut && (await openCut(cut, skeleton, options));
  return opened ?? openWhole(modelFile, options);
}

/**
 * ONNX Runtime maps the weights into memory while it loads and packs them: nothing is read into memory twice. Undefined: it
 * does not work here, as where a file system maps no files; if the model is to blame, opening it whole will say so.
 */
async function openCut(
  cut: CutModel,
  { folder, isUnchanged }: Skeleton,
  options: SessionOptions,
): Promise<OpenedModel | undefined> {
  const input = frontInput(cut.inputName, makeKernel(cut.front));
  const extra = { session: { model_external_initializers_file_folder_path: folder } };
  const session = await InferenceSession.create(cut.bytes, { ...settings(options), extra }).catch(
    () => undefined,
  );
  // A file that was replaced between the two readings would be half of one model and half of another.
  if (session === undefined || (await isUnchanged())) return session && { session, input, isDeclared: true };
  await session.release();
  return undefined;
}

function makeKernel(front: CutFront): FrontKernel {
  try {
    return new FrontKernel(front);
  } catch (error) {
    throw new SmearwatchError(`What computes a network's input cannot be loaded: ${messageOf(error)}`, {
      code: 'engine-unavailable',
      hint: 'The installation is incomplete, or memory is: install Smearwatch again.',
      cause: error,
    });
  }
}

async function openWhole(modelFile: string, options: SessionOptions): Promise<OpenedModel> {
  const session = await create(modelFile, options);
  try {
    return { session, input: pixelInput, isDeclared: checkInput(session.inputMetadata, modelFile) };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function create(modelFile: string, options: SessionOptions): Promise<InferenceSession> {
  try {
    // A path, not bytes: ONNX Runtime then reads the file itself, without a copy of it in JavaScript.
    return await InferenceSession.create(modelFile, settings(options));
  } catch (error) {
    throw new SmearwatchError(`${modelFile} cannot be loaded by ONNX Runtime: ${messageOf(error)}`, {
      code: 'model-unloadable',
      hint: 'Check the file against the registry (models verify); an operator may need a newer ONNX Runtime.',
      cause: error,
    });
  }
}

function settings({ threads }: SessionOptions): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  };
}
