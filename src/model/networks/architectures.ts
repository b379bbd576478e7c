import { SmearwatchError } from '../../errors.js';
import { alexnet, type AlexNetOptions } from './alexnet.js';
import { lenet5, type LeNet5Options } from './lenet5.js';
import type { Network } from './network.js';

/** A manifest's description of a network, from which it can be built again. */
export type Architecture =
  | { readonly name: 'alexnet'; readonly options: AlexNetOptions }
  | { readonly name: 'lenet5'; readonly options: LeNet5Options };

/**
 * Builds a network.
 * @throws SmearwatchError `network-invalid` when the options contradict each other.
 */
export function buildNetwork(architecture: Architecture): Network {
  const { classes = 3, headUnits = classes } = architecture.options;
  if (classes < 2 || headUnits < classes) {
    throw new SmearwatchError(
      'network-invalid',
      `${architecture.name}: ${classes} classes do not fit a head of ${headUnits}`,
    );
  }
  return architecture.name === 'alexnet' ? alexnet(architecture.options) : lenet5(architecture.options);
}
