import { describe, expect, it, onTestFinished } from 'vitest';
import { WinogradKernel } from '../../../../src/model/accelerate/winograd/kernel.js';
import { Stages, type ImageShape } from '../../../../src/model/accelerate/winograd/stages.js';
import type {
  Convolution,
  MaxPool,
  GraphStage,
} from '../../../../src/model/accelerate/winograd/convolution-run.js';
import type { DividedModel } from '../../../../src/model/accelerate/winograd/divide.js';
import { randomNumbers } from '../../onnx/random-weights.js';

const settings = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 } as const;

type Size = Partial<Pick<Convolution, 'kernel' | 'padding' | 'groups' | 'channels' | 'outputs'>>;

/** A convolution with weights of the size that training leaves: outputs are about as large as inputs. */
function convolution(size: Size = {}, seed = 1): Convolution {
  const { kernel = 3, padding = 1, groups = 1, channels = 32, outputs = 36 } = size;
  const random = randomNumbers(seed);
  const perOutput = (channels / groups) * kernel ** 2;
  const scale = Math.sqrt(6 / perOutput);
  const filters = Float32Array.from({ length: outputs * perOutput }, () => (2 * random() - 1) * scale);
  const bias = Float32Array.from({ length: outputs }, () => random() - 0.5);
  return { kind: 'convolution', filters, bias, kernel, padding, groups, channels, outputs };
}

const pool = (size: number, stride: number): MaxPool => ({ kind: 'max-pool', size, stride });

function randomImages(images: number, { side, channels }: ImageShape, seed = 3): Float32Array {
  const random = randomNumbers(seed);
  return Float32Array.from({ length: images * side ** 2 * channels }, () => 2 * random() - 1);
}

async function open(stages: DividedModel['stages'], shape: ImageShape, images = 16): Promise<Stages> {
  const opened = await Stages.open(stages, shape, { kernel: new WinogradKernel(), settings, images });
  onTestFinished(() => opened.release());
  return opened;
}

async function run(stages: Stages, values: Float32Array): Promise<Float32Array> {
  const images = values.length / (stages.shape.side ** 2 * stages.shape.channels);
  stages.input(0, images).set(values);
  return (await stages.run(images)).slice();
}

/** Plain loops in float64, over batches of [height, width, channels]. */
function compute(stages: readonly GraphStage[], shape: ImageShape, values: Float32Array): ComputedImages {
  const perImage = shape.side ** 2 * shape.channels;
  let computed: ComputedImages = {
    ...shape,
    images: values.length / perImage,
    values: Float64Array.from(values),
  };
  for (const stage of stages) {
    computed = stage.kind === 'max-pool' ? computePool(stage, computed) : convolve(stage, computed);
  }
  return computed;
}

interface ComputedImages extends ImageShape {
  readonly images: number;
  readonly values: Float64Array;
}

function convolve(stage: Convolution, { images, side, channels, values }: ComputedImages): ComputedImages {
  const { kernel, padding, groups, outputs, filters, bias } = stage;
  const [wide, deep] = [channels / groups, outputs / groups];
  const computedSide = side + 2 * padding - kernel + 1;
  const computed = new Float64Array(images * computedSide ** 2 * outputs);
  let at = 0;
  for (let place = 0; place < images * computedSide ** 2; place++) {
    const [image, top] = [
      Math.floor(place / computedSide ** 2),
      Math.floor(place / computedSide) % computedSide,
    ];
    for (let output = 0; output < outputs; output++, at++) {
      const first = Math.floor(output / deep) * wide;
      let sum = bias[output]!;
      for (let i = 0; i < kernel; i++) {
        const row = top + i - padding;
        if (row < 0 || row >= side) continue;
        for (let j = 0; j < kernel; j++) {
          const column = (place % computedSide) + j - padding;
          if (column < 0 || column >= side) continue;
          const pixel = ((image * side + row) * side + column) * channels + first;
          const weight = output * wide * kernel ** 2 + i * kernel + j;
          for (let c = 0; c < wide; c++) sum += values[pixel + c]! * filters[weight + c * kernel ** 2]!;
        }
      }
      computed[at] = sum > 0 || Number.isNaN(sum) ? sum : 0;
    }
  }
  return { images, side: computedSide, channels: outputs, values: computed };
}

function computePool(
  { size, stride }: MaxPool,
  { images, side, channels, values }: ComputedImages,
): ComputedImages {
  const pooledSide = Math.floor((side - size) / stride) + 1;
  const pooled = new Float64Array(images * pooledSide ** 2 * channels).map((_, at) => {
    const [c, place] = [at % channels, Math.floor(at / channels)];
    const [image, row] = [Math.floor(place / pooledSide ** 2), Math.floor(place / pooledSide) % pooledSide];
    let largest = -Infinity;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const [y, x] = [row * stride + i, (place % pooledSide) * stride + j];
        largest = Math.max(largest, values[((image * side + y) * side + x) * channels + c]!);
      }
    }
    return largest;
  });
  return { images, side: pooledSide, channels, values: pooled };
}

/**
 * Largest error relative to the largest value. The method adds numbers several times as large as their sum,
 * which cancel, so that some bits more are lost than in a convolution: up to 10⁻⁵ here, with filters of 5 ×
 * 5. A wrong computation would have a thousand times this error.
 */
const TOLERANCE = 5e-5;

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = TOLERANCE): void {
  expect(found).toHaveLength(expected.length);
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(found[i]! - expected[i]!));
    largest = Math.max(largest, expected[i]!);
  }
  expect(largest).toBeGreaterThan(0);
  expect(difference / largest).toBeLessThan(tolerance);
}

const combinations = ([3, 5] as const).flatMap((kernel) =>
  [0, 1, 2].flatMap((padding) => [1, 2].map((groups) => ({ kernel, padding, groups }))),
);

describe.each(combinations)(
  'A convolution of $kernel × $kernel with a padding of $padding and groups: $groups',
  ({ kernel, padding, groups }) => {
    const [channels, outputs] = groups === 1 ? [32, 36] : [72, 64];
    const stage = convolution({ kernel, padding, groups, channels, outputs });
    const sides = [4, 5, 7, 13, 16, 27].filter((side) => side + 2 * padding >= kernel);

    it.each(sides)('gives the same as plain loops, for images with a side of %i', async (side) => {
      const shape = { side, channels };
      const images = randomImages(2, shape);
      const stages = await open([stage], shape);
      const expected = compute([stage], shape, images);
      expect(stages.output).toMatchObject({ side: expected.side, channels: outputs });
      expectClose(await run(stages, images), expected.values);
    });
  },
);

describe.each([1, 2, 7, 16])('A batch of %i images', (count) => {
  const shape = { side: 8, channels: 64 };
  const run3 = [convolution({ channels: 64, outputs: 64 }), pool(2, 2)] as const;
  const run5 = [
    convolution({ kernel: 5, padding: 2, groups: 2, channels: 64, outputs: 64 }),
    pool(3, 2),
  ] as const;

  it.each([
    ['3 × 3', run3],
    ['5 × 5', run5],
  ])('gives the same as plain loops, with filters of %s', async (_name, stages) => {
    const images = randomImages(count, shape);
    const found = await run(await open(stages, shape), images);
    expectClose(found, compute(stages, shape, images).values);
  });

  it.each([
    ['3 × 3', run3],
    ['5 × 5', run5],
  ])('gives each image the same result as alone, with filters of %s', async (_name, stages) => {
    const images = randomImages(count, shape);
    const opened = await open(stages, shape);
    const found = await run(opened, images);
    const [before, after] = [images.length / count, found.length / count];
    for (let i = 0; i < count; i++) {
      const alone = await run(opened, images.subarray(i * before, (i + 1) * before));
      expectClose(alone, found.subarray(i * after, (i + 1) * after), 1e-5);
    }
  });
});

describe('A max pool', () => {
  it.each([
    [2, 2, 12],
    [2, 2, 13],
    [3, 2, 13],
    [3, 2, 14],
    [3, 1, 7],
    [1, 2, 7],
    [7, 1, 7],
  ])('of %i × %i values and a stride of %i is exactly the largest of each', async (size, stride, side) => {
    const [first, shape] = [convolution(), { side, channels: 32 }];
    const images = randomImages(3, shape);
    const sums = await run(await open([first], shape), images);
    const found = await run(await open([first, pool(size, stride)], shape), images);
    const expected = compute([pool(size, stride)], { side, channels: first.outputs }, sums);
    expect(found).toEqual(Float32Array.from(expected.values));
  });
});

describe('Several stages', () => {
  it('in sequence give the same as plain loops', async () => {
    const shape = { side: 15, channels: 32 };
    const stages = [
      convolution({ kernel: 5, padding: 2, outputs: 64 }, 11),
      pool(3, 2),
      convolution({ groups: 2, channels: 64, outputs: 72 }, 12),
      convolution({ padding: 0, channels: 72, outputs: 36 }, 13),
      convolution({ kernel: 5, padding: 1, channels: 36, outputs: 32 }, 14),
      pool(2, 1),
    ] as const;
    const images = randomImages(5, shape);
    const opened = await open(stages, shape);
    const expected = compute(stages, shape, images);
    expect(opened.output).toMatchObject({ side: 2, channels: 32 });
    // Each stage adds its own roundings.
    expectClose(await run(opened, images), expected.values, 2 * TOLERANCE);
  });

  it('give the same again after other batches, larger and smaller', async () => {
    const shape = { side: 9, channels: 32 };
    const opened = await open(
      [convolution(), pool(3, 2), convolution({ channels: 36, kernel: 5 }, 2)],
      shape,
    );
    const images = randomImages(16, shape);
    const some = images.subarray(0, images.length / 4);
    const before = await run(opened, some);
    await run(opened, images);
    await run(opened, randomImages(3, shape, 4));
    expect(await run(opened, some)).toEqual(before);
  });

  it('that are opened for one image at a time give the same', async () => {
    const [stage, shape] = [convolution(), { side: 9, channels: 32 }];
    const images = randomImages(1, shape);
    const found = await run(await open([stage], shape, 1), images);
    expectClose(found, await run(await open([stage], shape), images), 1e-5);
  });

  it('give the same of images that are written in parts', async () => {
    const shape = { side: 9, channels: 32 };
    const opened = await open([convolution()], shape);
    const images = randomImages(7, shape);
    const found = await run(opened, images);
    const perImage = images.length / 7;
    for (const [start, count] of [
      [4, 3],
      [0, 4],
    ] as const) {
      opened.input(start, count).set(images.subarray(start * perImage, (start + count) * perImage));
    }
    expect(await opened.run(7)).toEqual(found);
  });

  it('read and write the number of values of their images', async () => {
    const opened = await open([convolution()], { side: 9, channels: 32 });
    expect(opened.input(0, 2)).toHaveLength(2 * 81 * 32);
    expect(await opened.run(2)).toHaveLength(2 * 81 * 36);
  });
});

it.each<[string, number, DividedModel['stages']]>([
  ['filters', 4, [convolution({ kernel: 5, padding: 0 })]],
  ['a pool', 4, [convolution(), pool(5, 1)]],
  // Its padding would make 2 × 2 outputs of nothing.
  [
    'filters, and then padded,',
    2,
    [
      convolution({ kernel: 5, padding: 0 }),
      convolution({ padding: 2, channels: 36 }),
      convolution({ padding: 2, channels: 36 }),
    ],
  ],
])('Images that are smaller than %s are refused', async (_what, side, stages) => {
  await expect(open(stages, { side, channels: 32 })).rejects.toThrow(RangeError);
});

it.each([3, 5] as const)(
  'At the border of ones, filters of %i × %i use the values inside',
  async (kernel) => {
    const [side, padding] = [11, 2];
    const stage = { ...convolution({ kernel, padding }), bias: new Float32Array(36) };
    stage.filters.fill(1 / 32);
    const shape = { side, channels: 32 };
    const opened = await open([stage], shape);
    const found = await run(opened, new Float32Array(side ** 2 * 32).fill(1));
    const computedSide = opened.output.side;
    const inside = (at: number): number =>
      Array.from({ length: kernel }, (_, i) => at + i - padding).filter((row) => row >= 0 && row < side)
        .length;
    const expected = Array.from({ length: computedSide ** 2 * 36 }, (_, at) => {
      const place = Math.floor(at / 36);
      return inside(Math.floor(place / computedSide)) * inside(place % computedSide);
    });
    expect(new Set(expected).size).toBeGreaterThan(4);
    expectClose(found, expected);
  },
);

it.each([3, 5] as const)('Negative values are 0 after filters of %i × %i, exactly', async (kernel) => {
  const stage = convolution({ kernel });
  const shape = { side: 9, channels: 32 };
  const images = randomImages(2, shape);
  const found = await run(await open([stage], shape), images);
  const zeros = compute([stage], shape, images).values.reduce(
    (count, value) => count + Number(value === 0),
    0,
  );
  expect(zeros).toBeGreaterThan(found.length / 4);
  expect(Math.abs(found.filter((value) => value === 0).length - zeros)).toBeLessThan(3);
  expect(found.every((value) => value >= 0)).toBe(true);
  const dark = { ...stage, bias: new Float32Array(36).fill(-1000) };
  expect(new Set(await run(await open([dark], shape), images))).toEqual(new Set([0]));
});

describe.each([3, 5] as const)('A NaN before filters of %i × %i', (kernel) => {
  const stage = convolution({ kernel, padding: (kernel - 1) / 2, groups: 2, channels: 64, outputs: 72 });
  const shape = { side: 12, channels: 64 };
  const images = randomImages(3, shape);
  const [perImage, row, column, channel] = [12 ** 2 * 64, 6, 3, 5];
  images[perImage + (row * 12 + column) * 64 + channel] = NaN;

  it('reaches every output that depends on it, and no other image or group', async () => {
    const found = await run(await open([stage], shape), images);
    const reach = (kernel - 1) / 2;
    found.forEach((value, at) => {
      const [output, place] = [at % 72, Math.floor(at / 72)];
      const [image, y, x] = [Math.floor(place / 144), Math.floor(place / 12) % 12, place % 12];
      if (image !== 1 || output >= 36) expect(value).not.toBeNaN();
      else if (Math.abs(y - row) <= reach && Math.abs(x - column) <= reach) expect(value).toBeNaN();
    });
  });

  it('is not lost in the following stages', async () => {
    const second = convolution({ kernel, channels: 72, outputs: 32 }, 2);
    const found = await run(await open([stage, pool(3, 2), second, pool(2, 2)], shape), images);
    const each = found.length / 3;
    expect(found.subarray(each, 2 * each).some(Number.isNaN)).toBe(true);
    for (const other of [0, 2]) expect(found.subarray(other * each, (other + 1) * each)).not.toContain(NaN);
  });
});

it.each([NaN, Infinity, -Infinity])(
  'Filters with a value of %d give no number in their output',
  async (value) => {
    const stage = convolution();
    stage.filters[5 * 32 * 9 + 40] = value;
    const shape = { side: 6, channels: 32 };
    const found = await run(await open([stage], shape), randomImages(2, shape));
    found.forEach((each, at) => expect(Number.isFinite(each)).toBe(at % 36 !== 5));
  },
);
