import { lenet5 } from '../../../src/model/networks/lenet5.js';
import type { Network } from '../../../src/model/networks/network.js';

const lenet = lenet5();

/**
 * All features of AlexNet, small: resize, stride, padding, groups, LRN, and a head larger than the classes.
 */
export const smallAlexNet: Network = {
  architecture: 'small-alexnet',
  front: { kind: 'resize', side: 39, mean: [120, 100, 90], deviation: [60, 50, 40] },
  classes: 4,
  layers: [
    { kind: 'convolution', name: 'conv1', filters: 8, kernel: 7, stride: 2, padding: 0, groups: 1 },
    { kind: 'lrn', name: 'norm1', size: 5, alpha: 0.3, beta: 0.75, bias: 2 },
    { kind: 'max-pool', name: 'pool1', size: 3, stride: 2 },
    { kind: 'convolution', name: 'conv2', filters: 12, kernel: 3, stride: 1, padding: 1, groups: 4 },
    { kind: 'max-pool', name: 'pool2', size: 3, stride: 2 },
    { kind: 'dense', name: 'fc3', units: 20, activation: 'relu', dropout: 0.5 },
    { kind: 'dense', name: 'fc4', units: 9, activation: 'softmax', dropout: 0 },
  ],
};

/**
 * Convolutions of enough channels for the products of src/model/accelerate/winograd, of both sizes, with and
 * without groups. It is not one of `smallNetworks`, whose users test other things and would take longer.
 */
export const smallWideNetwork: Network = {
  architecture: 'small-wide',
  front: { kind: 'resize', side: 67, mean: [120, 100, 90], deviation: [60, 50, 40] },
  classes: 3,
  layers: [
    // 16×16×32
    { kind: 'convolution', name: 'conv1', filters: 32, kernel: 7, stride: 4, padding: 0, groups: 1 },
    // 16×16×64
    { kind: 'convolution', name: 'conv2', filters: 64, kernel: 5, stride: 1, padding: 2, groups: 1 },
    { kind: 'max-pool', name: 'pool2', size: 3, stride: 2 }, // 7×7×64
    // 7×7×64
    { kind: 'convolution', name: 'conv3', filters: 64, kernel: 3, stride: 1, padding: 1, groups: 2 },
    { kind: 'max-pool', name: 'pool3', size: 2, stride: 2 }, // 3×3×64
    { kind: 'dense', name: 'fc4', units: 20, activation: 'relu', dropout: 0 },
    { kind: 'dense', name: 'fc5', units: 3, activation: 'softmax', dropout: 0 },
  ],
};

export const smallNetworks: readonly (readonly [name: string, network: Network])[] = [
  ['LeNet-5', lenet],
  ['LeNet-5 with five classes of a head of 1,000', lenet5({ classes: 5, headUnits: 1000 })],
  ["a small network with all of AlexNet's kinds of layer", smallAlexNet],
];
