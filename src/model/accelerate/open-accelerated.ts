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

/** A loaded model, and what computes it. */
export interface OpenedComputation {
  readonly computation: Computation;
  readonly name: ComputationName;
  /** Why a kernel that the model has a part for does not compute it. */
  readonly fallback?: KernelFallback;
}

/**
 * Loads a model without its front and without its heavy convolutions, where our kernels compute these. ONNX
 * Runtime maps the weights into memory while it loads and packs them: nothing is read into memory twice.
 * @returns why not, where our kernels compute no part of it; then it has to be opened whole
 */
export async function openAccelerated(
  { model, folder, isUnchanged }: Skeleton,
  settings: InferenceSession.SessionOptions,
): Promise<OpenedComputation | KernelFallback> {
  const cut = cutFront(model);
  if (cut === undefined)
    return { reason: 'model-unmatched', message: 'its graph begins with nodes that no kernel computes' };
  const kernel = made(() => new FrontKernel(cut.front));
  if ('reason' in kernel) return kernel;
  const extra = { session: { model_external_initializers_file_folder_path: folder } };
  const opened = await openParts(cut, frontInput(cut.inputName, kernel), { ...settings, extra });
  // A file that was replaced between the two readings would be half of one model and half of another.
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
    // This happens where a file system maps no files. If the model is to blame, opening it whole says so.
    return indivisible(messageOf(error));
  }
}

/** @returns undefined where the model has no convolutions that are worth it */
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
