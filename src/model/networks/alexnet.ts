import type { Front, Layer, Network } from './network.js';

export interface AlexNetOptions {
  /** Number of classes. */
  readonly classes?: number;
  /** 2: conv2, conv4 and conv5 in two halves, as in Krizhevsky 2012 and MATLAB; 1: without groups. */
  readonly groups?: 1 | 2;
  /**
   * Local response normalisation after conv1 and conv2. It is not in the paper's list of layers, and nearly
   * halves the speed.
   */
  readonly lrn?: boolean;
  /** Outputs of the last layer: `classes`, or the paper's 1,000, of which the first `classes` are used. */
  readonly headUnits?: number;
}

const FRONT: Front = {
  kind: 'resize',
  side: 227,
  mean: [127.5, 127.5, 127.5],
  deviation: [63.75, 63.75, 63.75],
};

/** AlexNet as the paper describes it: 56,880,515 parameters with 3 classes and 2 groups. */
export function alexnet({
  classes = 3,
  groups = 2,
  lrn = false,
  headUnits = classes,
}: AlexNetOptions = {}): Network {
  const normalised = (name: string): Layer[] =>
    lrn ? [{ kind: 'lrn', name, size: 5, alpha: 1e-4, beta: 0.75, bias: 2 }] : [];
  return {
    architecture: 'alexnet',
    front: FRONT,
    classes,
    layers: [
      convolution('conv1', 96, 11, { stride: 4 }), // 55×55×96
      ...normalised('norm1'),
      pool('pool1'), // 27×27×96
      convolution('conv2', 256, 5, { padding: 2, groups }), // 27×27×256
      ...normalised('norm2'),
      pool('pool2'), // 13×13×256
      convolution('conv3', 384, 3, { padding: 1 }), // 13×13×384
      convolution('conv4', 384, 3, { padding: 1, groups }), // 13×13×384
      convolution('conv5', 256, 3, { padding: 1, groups }), // 13×13×256
      pool('pool5'), // 6×6×256
      { kind: 'dense', name: 'fc6', units: 4096, activation: 'relu', dropout: 0.5 },
      { kind: 'dense', name: 'fc7', units: 4096, activation: 'relu', dropout: 0.5 },
      { kind: 'dense', name: 'fc8', units: headUnits, activation: 'softmax', dropout: 0 },
    ],
  };
}

function convolution(
  name: string,
  filters: number,
  kernel: number,
  { stride = 1, padding = 0, groups = 1 }: { stride?: number; padding?: number; groups?: number },
): Layer {
  return { kind: 'convolution', name, filters, kernel, stride, padding, groups };
}

function pool(name: string): Layer {
  return { kind: 'max-pool', name, size: 3, stride: 2 };
}
