import type { EngineName } from '../../engine.js';
import { SmearwatchError, type ErrorCode, type SmearwatchErrorOptions } from '../../errors.js';

/** Errors about a foreign file that does not become a model; nothing has been registered when they occur. */

export function unreadable(why: string, cause?: unknown, hint?: string): SmearwatchError {
  return failure('import-unreadable', why, { hint, cause });
}

export function tooLarge(bytes: number, maxBytes: number): SmearwatchError {
  return failure('import-unreadable', `it has ${bytes} bytes, and ${maxBytes} are allowed`, {
    hint: 'An image classifier of this kind is far smaller: check what was exported.',
  });
}

export function unsupported(why: string, hint?: string): SmearwatchError {
  return failure('import-unsupported', why, { hint });
}

export function inputMisfit(why: string, hint: string): SmearwatchError {
  return failure('import-input', why, { hint });
}

export function outputMisfit(why: string, hint: string): SmearwatchError {
  return failure('import-output', why, { hint });
}

const REFUSALS: Readonly<Record<EngineName, { readonly who: string; readonly hint: string }>> = {
  onnxruntime: {
    who: 'ONNX Runtime',
    hint: 'Export it with an older opset (17 is safe), for inference, without custom operators.',
  },
  'tfjs-node': {
    who: 'TensorFlow',
    hint: 'Check that tf.loadLayersModel of TensorFlow.js 4.22 loads it and predicts; else convert it again, or export it as ONNX.',
  },
};

export function notRunning(engine: EngineName, why: string, cause?: unknown): SmearwatchError {
  const { who, hint } = REFUSALS[engine];
  return failure('import-not-running', `${who} refuses it: ${why}`, { hint, cause });
}

export function fixedBatch(size: number, cause?: unknown): SmearwatchError {
  return failure('import-input', `it is fixed to batches of ${size}, in more places than its input`, {
    hint: 'Export it with a free batch (PyTorch: dynamic_axes or dynamic_shapes; Keras: None; MATLAB: BatchSize omitted).',
    cause,
  });
}

/** Error about the weight files of a `model.json`. */
export function badWeights(why: string, cause?: unknown): SmearwatchError {
  const hint =
    'Copy the whole folder again, or convert the network again; all weight files must be in the folder of model.json.';
  return unreadable(why, cause, hint);
}

export function tookTooLong(seconds: number): SmearwatchError {
  return failure('import-timeout', `checking it took longer than ${seconds} s`);
}

/**
 * Error for a process that ended without an answer.
 * @param printed the last lines that it printed, as the cause
 */
export function died(how: string, printed: string): SmearwatchError {
  return failure('import-died', `the process that checked it ended (${how})`, {
    cause: printed === '' ? undefined : new Error(printed),
  });
}

function failure(code: ErrorCode, why: string, options?: SmearwatchErrorOptions): SmearwatchError {
  return new SmearwatchError(code, `The file cannot be imported: ${why}`, options);
}

/** A name from a foreign file for use in a sentence: short, and without terminal control characters. */
export function quoted(name: unknown): string {
  const text = typeof name === 'string' ? name : 'without a name';
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
