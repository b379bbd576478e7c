import { SmearwatchError } from '../../errors.js';

/** Every sentence about a foreign file that does not become a model. Nothing has been registered then. */

export function unreadable(why: string, cause?: unknown): SmearwatchError {
  return failure(
    'import-unreadable',
    why,
    'Name an ONNX file; if it is cut short, copy or export it again.',
    cause,
  );
}

export function tooLarge(bytes: number, maxBytes: number): SmearwatchError {
  return failure(
    'import-unreadable',
    `it has ${bytes} bytes, and ${maxBytes} are allowed`,
    'An image classifier of this kind is far smaller: check what was exported.',
  );
}

export function unsupported(
  why: string,
  hint = 'Export it as a plain inference graph of standard operators.',
) {
  return failure('import-unsupported', why, hint);
}

export function inputMisfit(why: string, hint: string): SmearwatchError {
  return failure('import-input', why, hint);
}

export function outputMisfit(why: string, hint: string): SmearwatchError {
  return failure('import-output', why, hint);
}

export function notRunning(why: string, cause?: unknown): SmearwatchError {
  return failure(
    'import-not-running',
    `ONNX Runtime refuses it: ${why}`,
    'Export it with an older opset (17 is safe), for inference, without custom operators.',
    cause,
  );
}

export function fixedBatch(size: number, cause?: unknown): SmearwatchError {
  return failure(
    'import-input',
    `it is fixed to batches of ${size}, in more places than its input`,
    'Export it with a free batch (PyTorch: dynamic_axes or dynamic_shapes; Keras: None; MATLAB: BatchSize omitted).',
    cause,
  );
}

export function tookTooLong(seconds: number): SmearwatchError {
  return failure(
    'import-timeout',
    `checking it took longer than ${seconds} s`,
    'A network of this kind takes seconds. If the machine was busy, try again; else do not trust the file.',
  );
}

export function died(how: string): SmearwatchError {
  return failure(
    'import-died',
    `the process that checked it ended (${how})`,
    'Most often memory ran out; do not trust a file that does this.',
  );
}

function failure(code: string, why: string, hint: string, cause?: unknown): SmearwatchError {
  return new SmearwatchError(`The file cannot be imported: ${why}`, { code, hint, cause });
}
