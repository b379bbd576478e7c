import type { DividedModel } from './divide.js';
import { convolutionStage, type ConvolutionParts } from './convolution-stage.js';
import type { KernelOffset, WinogradKernel } from './kernel.js';
import { poolStage } from './pool-stage.js';
import type { ReadyStage, Scratch } from './stage.js';

/** Side and number of channels of square images. */
export interface ImageShape {
  readonly side: number;
  readonly channels: number;
}

/** Consecutive stages, in memory that they keep. */
export class Stages {
  /** Shape of the input. */
  readonly shape: ImageShape;
  readonly #stages: readonly ReadyStage[];
  readonly #kernel: WinogradKernel;
  /** Two places: each stage reads one and writes the other. */
  readonly #turns: readonly [KernelOffset, KernelOffset];
  readonly #scratch: Scratch;

  private constructor(
    input: ImageShape,
    stages: readonly ReadyStage[],
    kernel: WinogradKernel,
    images: number,
  ) {
    this.shape = input;
    this.#stages = stages;
    this.#kernel = kernel;
    const most = Math.max(...[input, ...stages].map(floatsOf)) * images;
    const needed = (what: keyof Scratch): number => Math.max(...stages.map(({ scratch }) => scratch[what]));
    const lengths = [most, most, needed('tiles'), needed('products'), needed('bias')];
    const [one = 0, other = 0, tiles = 0, products = 0, bias = 0] = kernel.arrange(lengths);
    this.#turns = [one, other];
    this.#scratch = { tiles, products, bias };
  }

  /**
   * @throws RangeError if there is no memory for the images, or they are smaller than a stage's filters or
   *   pools
   */
  static async open(
    stages: DividedModel['stages'],
    input: ImageShape,
    { kernel, settings, images }: ConvolutionParts,
  ): Promise<Stages> {
    const ready: ReadyStage[] = [];
    try {
      for (const stage of stages) {
        const before = ready.at(-1) ?? input;
        ready.push(
          stage.kind === 'max-pool'
            ? poolStage(stage, before, kernel)
            : await convolutionStage(stage, before.side, { kernel, settings, images }),
        );
        if ((ready.at(-1)?.side ?? 0) < 1)
          throw new RangeError('an image is smaller than a filter or window');
      }
      return new Stages(input, ready, kernel, images);
    } catch (error) {
      await releaseAll(ready);
      throw error;
    }
  }

  get output(): ImageShape {
    return this.#stages.at(-1) ?? this.shape;
  }

  /**
   * Memory for `images` images of the next run, from number `start` on: float32 [images, side, side,
   * channels].
   */
  input(start: number, images: number): Float32Array {
    const floats = floatsOf(this.shape);
    return this.#kernel.floats(this.#kernel.after(this.#turns[0], start * floats), images * floats);
  }

  /**
   * Runs all stages.
   * @returns float32 [images, side, side, channels] of the last stage; valid until the next run
   */
  async run(images: number): Promise<Float32Array> {
    let [from, to] = this.#turns;
    let { side } = this.shape;
    for (const stage of this.#stages) {
      await stage.run({ at: from, images, side }, to, this.#scratch);
      [from, to] = [to, from];
      side = stage.side;
    }
    return this.#kernel.floats(from, images * floatsOf(this.output));
  }

  release(): Promise<void> {
    return releaseAll(this.#stages);
  }
}

async function releaseAll(stages: readonly ReadyStage[]): Promise<void> {
  for (const stage of stages) await stage.release();
}

function floatsOf({ side, channels }: ImageShape): number {
  return side ** 2 * channels;
}
