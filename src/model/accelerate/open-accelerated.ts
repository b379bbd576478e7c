import type { ComputationName, KernelFallback } from '../../engine.js';
import { messageOf } from '../../errors.js';
import { wholeGraph, type Computation, type GraphInput } from '../computation.js';
import { encodeModel } from '../onnx/proto.js';
import type { Skeleton } from '../onnx/skeleton.js';
import { InferenceSession } from '../onnx-runtime.js';
import { cutFront, type CutModel } from './front/cut-front.js';
import { FrontKernel, frontInput } from './front/front-kernel.js';
import { openDivided } from './winograd/open-divided.js';
import { divideAtConvolutions } from './winograd/divide.js';
import { WinogradKernel } from './winograd/kernel.js';

/** A loaded model and its computation. */
export interface OpenedComputation {
  readonly computation: Computation;
  readonly name: ComputationName;
  /** Why our kernel is not used although the model has a part that it supports. */
  readonly fallback?: KernelFallback;
}

/**
 * Loads a model without its front and its heavy convolutions, if our kernels can compute these. ONNX Runtime
 * maps the weights into memory while it loads and packs them: nothing is read into memory twice.
 * @returns the reason, if our kernels compute no part of it; then it must be opened whole
 */
export async function openAccelerated(
  { model, folder, isUnchanged }: Skeleton,
  settings: InferenceSession.SessionOptions,
): Promise<OpenedComputation | KernelFallback> {
  const cut = cutFront(model);
  if (cut === undefined)
    return { reason: 'model-unmatched', message: 'its first nodes are not supported by a kernel' };
  const kernel = made(() => new FrontKernel(cut.front));
  if ('reason' in kernel) return kernel;
  const extra = { session: { model_external_initializers_file_folder_path: folder } };
  const opened = await openParts(cut, frontInput(cut.inputName, kernel), { ...settings, extra });
  // A file replaced between the two readings would yield a mixture of two models.
  if ('reason' in opened || (await isUnchanged())) return opened;
  await opened.computation.release();
  return indivisible('its file was replaced while it was read');
}

async function openParts(
  cut: CutModel,
  input: GraphInput,
  settings: InferenceSession.SessionOptions,
): Promise<OpenedComputation | KernelFallback> {
  const divided = await openConvolutions(cut, input, settings);
  if (divided && !('reason' in divided)) return { computation: divided, name: 'smearwatch-winograd' };
  try {
    const session = await InferenceSession.create(encodeModel(cut.model), settings);
    const computation = wholeGraph(session, input);
    return { computation, name: 'smearwatch-front', ...(divided && { fallback: divided }) };
  } catch (error) {
    // This happens on file systems that cannot map files. If the model is the cause, opening it whole reports
    // that.
    return indivisible(messageOf(error));
  }
}

/**
 * Opens the model with its convolutions in our kernel.
 * @returns undefined when the model has no convolutions that are worth it
 */
async function openConvolutions(
  { model, inputName }: CutModel,
  input: GraphInput,
  settings: InferenceSession.SessionOptions,
): Promise<Computation | KernelFallback | undefined> {
  const divided = divideAtConvolutions(model, inputName);
  if (divided === undefined) return undefined;
  const kernel = made(() => new WinogradKernel());
  if ('reason' in kernel) return kernel;
  return openDivided(divided, input, { kernel, settings }).catch((error: unknown) =>
    indivisible(messageOf(error)),
  );
}

function made<T extends object>(make: () => T): T | KernelFallback {
  try {
    return make();
  } catch (error) {
    return { reason: 'kernel-unavailable', message: messageOf(error) };
  }
}

function indivisible(message: string): KernelFallback {
  return { reason: 'model-indivisible', message };
}
