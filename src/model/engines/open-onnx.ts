import { InferenceSession } from '../onnx-runtime.js';
import { messageOf, SmearwatchError } from '../../errors.js';
import type { SessionOptions } from '../../engine.js';
import { cutFront, type CutModel } from '../onnx/cut-front.js';
import { divideAtConvolutions } from '../onnx/divide.js';
import { encodeModel } from '../onnx/proto.js';
import { readSkeleton, type Skeleton } from '../onnx/skeleton.js';
import { DividedGraph, wholeGraph, type Computation } from './computation.js';
import { checkInput } from '../contract.js';
import { FrontKernel } from './front-kernel.js';
import { frontInput, pixelInput, type GraphInput } from './graph-input.js';
import { WinogradKernel } from './winograd/kernel.js';
import { IMAGES_AT_ONCE } from '../winograd/images-at-once.js';
import { Stages, type ImageShape } from './winograd/stages.js';

export interface OpenedModel {
  readonly computation: Computation;
  /** Whether the graph declares its whole input, so that it need not be tried. */
  readonly isDeclared: boolean;
}

/**
 * Loads a model without its front and without its heavy convolutions, where it has such as our own kernels compute, and else as it is.
 * @throws SmearwatchError `model-unloadable`, `engine-unavailable` when a kernel is missing
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
  const input = frontInput(
    cut.inputName,
    makeKernel(() => new FrontKernel(cut.front)),
  );
  const extra = { session: { model_external_initializers_file_folder_path: folder } };
  const withFolder = { ...settings(options), extra };
  const computation =
    (await openDivided(cut, input, withFolder)) ??
    (await InferenceSession.create(encodeModel(cut.model), withFolder).then(
      (session) => wholeGraph(session, input),
      () => undefined,
    ));
  // A file that was replaced between the two readings would be half of one model and half of another.
  if (computation === undefined || (await isUnchanged()))
    return computation && { computation, isDeclared: true };
  await computation.release();
  return undefined;
}

/** Undefined: there is nothing to divide it at, or its parts cannot be loaded apart. */
async function openDivided(
  { model, inputName }: CutModel,
  input: GraphInput,
  settings: InferenceSession.SessionOptions,
): Promise<Computation | undefined> {
  const divided = divideAtConvolutions(model, inputName);
  if (divided === undefined) return undefined;
  const kernel = makeKernel(() => new WinogradKernel());
  const sessions: InferenceSession[] = [];
  try {
    for (const { bytes } of [divided.before, divided.after])
      sessions.push(await InferenceSession.create(bytes, settings));
    const [before, after] = sessions;
    const shape = before && shapeOf(before, divided.before.outputName);
    if (before === undefined || after === undefined || shape === undefined)
      throw new RangeError('no square images');
    const stages = await Stages.open(divided.stages, shape, { kernel, settings, images: IMAGES_AT_ONCE });
    return new DividedGraph({
      ...{ input, stages },
      before: { ...divided.before, session: before },
      after: { ...divided.after, session: after },
    });
  } catch {
    // In one part it either works, or says what is wrong.
    for (const session of sessions) await session.release();
    return undefined;
  }
}

/** What ONNX Runtime infers of a graph's output; undefined: not square, or not the same for every image. */
function shapeOf({ outputMetadata }: InferenceSession, name: string): ImageShape | undefined {
  const output = outputMetadata.find((each) => each.name === name);
  const [, side, columns, channels] = output?.isTensor ? output.shape : [];
  return typeof side === 'number' && side === columns && typeof channels === 'number'
    ? { side, channels }
    : undefined;
}

function makeKernel<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new SmearwatchError(`A part of what computes networks cannot be loaded: ${messageOf(error)}`, {
      code: 'engine-unavailable',
      hint: 'The installation is incomplete, or memory is: install Smearwatch again.',
      cause: error,
    });
  }
}

async function openWhole(modelFile: string, options: SessionOptions): Promise<OpenedModel> {
  const session = await create(modelFile, options);
  try {
    const isDeclared = checkInput(session.inputMetadata, modelFile);
    return { computation: wholeGraph(session, pixelInput), isDeclared };
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
