import type { Front, Layer, Network } from './network.js';

export interface LeNet5Options {
  /** Number of classes. */
  readonly classes?: number;
  /** Outputs of the last layer, of which the first `classes` are used. */
  readonly headUnits?: number;
}

const FRONT: Front = {
  kind: 'mean-pool',
  side: 32,
  mean: [127.5, 127.5, 127.5],
  deviation: [63.75, 63.75, 63.75],
};

/** LeNet-5 with three input channels, ReLU and max pooling: 61,411 parameters with 3 classes. */
export function lenet5({ classes = 3, headUnits = classes }: LeNet5Options = {}): Network {
  return {
    architecture: 'lenet5',
    front: FRONT,
    classes,
    layers: [
      convolution('conv1', 6), // 28×28×6
      pool('pool1'), // 14×14×6
      convolution('conv2', 16), // 10×10×16
      pool('pool2'), // 5×5×16
      { kind: 'dense', name: 'fc3', units: 120, activation: 'relu', dropout: 0 },
      { kind: 'dense', name: 'fc4', units: 84, activation: 'relu', dropout: 0 },
      { kind: 'dense', name: 'fc5', units: headUnits, activation: 'softmax', dropout: 0 },
    ],
  };
}

function convolution(name: string, filters: number): Layer {
  return { kind: 'convolution', name, filters, kernel: 5, stride: 1, padding: 0, groups: 1 };
}

function pool(name: string): Layer {
  return { kind: 'max-pool', name, size: 2, stride: 2 };
}
