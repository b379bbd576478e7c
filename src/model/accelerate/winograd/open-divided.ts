import type { Computation, GraphInput } from '../../computation.js';
import { InferenceSession } from '../../onnx-runtime.js';
import type { ConvolutionParts } from './convolution-stage.js';
import type { DividedModel } from './divide.js';
import { DividedGraph } from './divided-graph.js';
import { IMAGES_AT_ONCE } from './images-at-once.js';
import { Stages, type ImageShape } from './stages.js';

/**
 * Loads the parts of a divided model.
 * @throws when the parts cannot be loaded separately, do not fit together, or there is not enough memory
 */
export async function openDivided(
  divided: DividedModel,
  input: GraphInput,
  { kernel, settings }: Omit<ConvolutionParts, 'images'>,
): Promise<Computation> {
  const sessions: InferenceSession[] = [];
  try {
    for (const { bytes } of [divided.before, divided.after])
      sessions.push(await InferenceSession.create(bytes, settings));
    const [before, after] = sessions as [InferenceSession, InferenceSession];
    const shape = shapeOf(before, divided.before.outputName);
    const stages = await Stages.open(divided.stages, shape, { kernel, settings, images: IMAGES_AT_ONCE });
    return new DividedGraph({
      input,
      stages,
      before: { ...divided.before, session: before },
      after: { ...divided.after, session: after },
    });
  } catch (error) {
    for (const session of sessions) await session.release();
    throw error;
  }
}

/**
 * Shape that ONNX Runtime infers for a graph's output.
 * @throws RangeError when its images are not square, or not all of one size
 */
function shapeOf({ outputMetadata }: InferenceSession, name: string): ImageShape {
  const output = outputMetadata.find((each) => each.name === name);
  const [, side, columns, channels] = output?.isTensor ? output.shape : [];
  if (typeof side === 'number' && side === columns && typeof channels === 'number') return { side, channels };
  throw new RangeError('its convolutions do not read square images of one size');
}
