import { describe, expect, it } from 'vitest';
import { alexnet } from '../../../src/model/networks/alexnet.js';
import { buildNetwork } from '../../../src/model/networks/architectures.js';
import { lenet5 } from '../../../src/model/networks/lenet5.js';
import {
  countMultiplyAdds,
  countParameters,
  shapeLayers,
  sizeOf,
  type Network,
} from '../../../src/model/networks/network.js';
import { matchWeights } from '../../../src/model/networks/weights.js';
import { randomWeights } from '../onnx/random-weights.js';

/** Rows of the paper's tables: layer, output (height × width × channels), parameters. */
function tableOf(network: Network): [string, string, number][] {
  return shapeLayers(network).map(({ layer, output, parameters }) => [
    layer.name,
    output.join('×'),
    parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  ]);
}

describe("shapes and parameters of every layer are the paper's", () => {
  it('AlexNet', () => {
    expect(tableOf(alexnet())).toEqual([
      ['conv1', '55×55×96', 34_944],
      ['pool1', '27×27×96', 0],
      ['conv2', '27×27×256', 307_456],
      ['pool2', '13×13×256', 0],
      ['conv3', '13×13×384', 885_120],
      ['conv4', '13×13×384', 663_936],
      ['conv5', '13×13×256', 442_624],
      ['pool5', '6×6×256', 0],
      ['fc6', '4096', 37_752_832],
      ['fc7', '4096', 16_781_312],
      ['fc8', '3', 12_291],
    ]);
  });

  it('LeNet-5', () => {
    expect(tableOf(lenet5())).toEqual([
      ['conv1', '28×28×6', 456],
      ['pool1', '14×14×6', 0],
      ['conv2', '10×10×16', 2416],
      ['pool2', '5×5×16', 0],
      ['fc3', '120', 48_120],
      ['fc4', '84', 10_164],
      ['fc5', '3', 255],
    ]);
  });
});

it.each([
  ['AlexNet', alexnet(), 56_880_515],
  ['LeNet-5', lenet5(), 61_411],
  ["AlexNet with the paper's head of 1,000", alexnet({ headUnits: 1000 }), 60_965_224],
  ['AlexNet without groups', alexnet({ groups: 1 }), 58_293_635],
  ['AlexNet with local response normalisation', alexnet({ lrn: true }), 56_880_515],
])('%s has exactly its number of parameters', (_name, network, count) => {
  expect(countParameters(network)).toBe(count);
});

it('multiply-adds are kernels times their positions', () => {
  // conv1 to conv5, then the fully connected layers.
  const alexnetLayers = [105_415_200, 223_948_800, 149_520_384, 112_140_288, 74_760_192, 54_538_240];
  expect(countMultiplyAdds(alexnet())).toBe(alexnetLayers.reduce((sum, layer) => sum + layer, 0));
  expect(countMultiplyAdds(lenet5())).toBe(352_800 + 240_000 + 48_000 + 10_080 + 252);
});

it('a head smaller than the classes is refused', () => {
  const build = () => buildNetwork({ name: 'lenet5', options: { classes: 3, headUnits: 2 } });
  expect(build).toThrow(expect.objectContaining({ code: 'network-invalid' }));
});

it('filters that do not divide into the groups are refused', () => {
  const layers = [
    { kind: 'convolution', name: 'c', filters: 5, kernel: 3, stride: 1, padding: 0, groups: 2 },
  ] as const;
  expect(() => shapeLayers({ ...lenet5(), layers })).toThrow(RangeError);
});

describe('weights', () => {
  const network = lenet5();

  it('match in the order of the layers', () => {
    const names = matchWeights(network, randomWeights(network)).map(({ parameter }) => parameter.name);
    expect(names.slice(0, 3)).toEqual(['conv1.weight', 'conv1.bias', 'conv2.weight']);
  });

  it.each([
    ['missing', (weights: Map<string, Float32Array>) => weights.delete('fc4.bias'), 'fc4.bias needs 84'],
    ['of a wrong size', (weights) => weights.set('fc4.bias', new Float32Array(83)), 'fc4.bias needs 84'],
    [
      'of another network',
      (weights) => weights.set('fc9.bias', new Float32Array(1)),
      'no parameter fc9.bias',
    ],
    ['not finite', (weights) => weights.get('fc4.bias')!.set([NaN], 5), 'fc4.bias has values'],
    ['infinite', (weights) => weights.get('fc4.bias')!.set([Infinity], 5), 'fc4.bias has values'],
  ] satisfies [string, (weights: Map<string, Float32Array>) => unknown, string][])(
    'that are %s are refused by name',
    (_what, damage, message) => {
      const weights = randomWeights(network);
      damage(weights);
      expect(() => matchWeights(network, weights)).toThrow(
        expect.objectContaining({
          code: 'weights-invalid',
          message: expect.stringContaining(message) as string,
        }),
      );
    },
  );
});
