import type { SessionOptions } from '../../engine.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import { openAccelerated, type OpenedComputation } from '../accelerate/open-accelerated.js';
import { pixelInput, wholeGraph } from '../computation.js';
import { checkInput } from '../contract.js';
import { readSkeleton } from '../onnx/skeleton.js';
import { InferenceSession } from '../onnx-runtime.js';

export interface OpenedModel extends OpenedComputation {
  /** Whether the graph declares its whole input, so that no trial is needed. */
  readonly isDeclared: boolean;
}

/**
 * Loads a model, with our own kernels for the parts that they support unless they are off.
 * @throws SmearwatchError `model-unloadable`
 */
export async function openOnnx(modelFile: string, options: SessionOptions): Promise<OpenedModel> {
  // Always read, because this rejects a file that keeps a tensor in another one.
  const skeleton = await readSkeleton(modelFile);
  if (options.kernels === 'off') return openWhole(modelFile, options);
  const opened = await openAccelerated(skeleton, settings(options));
  if ('computation' in opened) return { ...opened, isDeclared: true };
  return { ...(await openWhole(modelFile, options)), fallback: opened };
}

async function openWhole(modelFile: string, options: SessionOptions): Promise<OpenedModel> {
  const session = await create(modelFile, options);
  try {
    const isDeclared = checkInput(session.inputMetadata, modelFile);
    return { computation: wholeGraph(session, pixelInput), name: 'onnxruntime', isDeclared };
  } catch (error) {
    await session.release();
    throw error;
  }
}

async function create(modelFile: string, options: SessionOptions): Promise<InferenceSession> {
  try {
    // ONNX Runtime reads a path itself, without a copy of the file in JavaScript.
    return await InferenceSession.create(modelFile, settings(options));
  } catch (error) {
    throw new SmearwatchError(
      'model-unloadable',
      `${modelFile} cannot be loaded by ONNX Runtime: ${messageOf(error)}`,
      {
        hint: 'Check the file against the registry (models verify); an operator may need a newer ONNX Runtime.',
        cause: error,
      },
    );
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
