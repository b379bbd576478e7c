import { IMAGE_BYTES } from '../../../images.js';
import type { Computation, GraphInput } from '../../computation.js';
import { Tensor, type InferenceSession } from '../../onnx-runtime.js';
import { runInPlace } from '../run-in-place.js';
import type { GraphPart } from './divide.js';
import { IMAGES_AT_ONCE } from './images-at-once.js';
import type { Stages } from './stages.js';

/**
 * Images that are run at once through the graph before the stages. Each takes 2 MB in AlexNet and the weights
 * are small, so more images gain nothing.
 */
const IMAGES_BEFORE_AT_ONCE = 4;

/** A graph with its session. */
export interface LoadedPart extends Pick<GraphPart, 'inputName' | 'outputName'> {
  readonly session: InferenceSession;
}

export interface DividedParts {
  readonly input: GraphInput;
  readonly before: LoadedPart;
  readonly stages: Stages;
  readonly after: LoadedPart;
}

/** A graph, our own stages, and a graph. The last one, with the large matrices, takes the whole batch. */
export class DividedGraph implements Computation {
  readonly inputName: string;
  readonly outputs: InferenceSession['outputMetadata'];
  readonly #parts: DividedParts;
  /** Input of the second graph, as large as the largest batch so far. */
  #staged = new Float32Array(0);

  constructor(parts: DividedParts) {
    this.#parts = parts;
    this.inputName = parts.input.name;
    this.outputs = parts.after.session.outputMetadata;
  }

  async run(pixels: Uint8Array, count: number, output: string): Promise<Tensor | undefined> {
    const { stages, after } = this.#parts;
    const { side, channels } = stages.output;
    const perImage = side ** 2 * channels;
    if (this.#staged.length < count * perImage) this.#staged = new Float32Array(count * perImage);
    for (let first = 0; first < count; first += IMAGES_AT_ONCE) {
      const images = Math.min(IMAGES_AT_ONCE, count - first);
      for (let start = 0; start < images; start += IMAGES_BEFORE_AT_ONCE) {
        const some = Math.min(IMAGES_BEFORE_AT_ONCE, images - start);
        await this.#runBefore(pixels.subarray((first + start) * IMAGE_BYTES), start, some);
      }
      this.#staged.set(await stages.run(images), first * perImage);
    }
    const shape = [count, side, side, channels];
    const staged = new Tensor('float32', this.#staged.subarray(0, count * perImage), shape);
    return (await after.session.run({ [after.inputName]: staged }, [output]))[output];
  }

  async release(): Promise<void> {
    const { before, stages, after } = this.#parts;
    await Promise.all([before.session.release(), stages.release(), after.session.release()]);
  }

  /** Computes the stages' input for `images` images from number `start`. */
  async #runBefore(pixels: Uint8Array, start: number, images: number): Promise<void> {
    const { input, before, stages } = this.#parts;
    const { side, channels } = stages.shape;
    const output = new Tensor('float32', stages.input(start, images), [images, side, side, channels]);
    const feed = { [before.inputName]: input.tensorOf(pixels, images) };
    await runInPlace(before.session, feed, [before.outputName, output]);
  }
}
