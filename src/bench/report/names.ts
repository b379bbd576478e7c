import type { EngineName } from '../../engine.js';
import type { ModelSetName, Precision } from '../parts.js';
import type { RowOf } from './schema.js';

/** Names for people instead of the identifiers in `bench.json`. */
export function networkName({ network, precision, engine }: NamedNetwork): string {
  const name = { alexnet: 'AlexNet', 'alexnet-ungrouped': 'AlexNet without groups', lenet5: 'LeNet-5' }[
    network
  ];
  return `${name} ${precision}${engine === 'tfjs-node' ? ', tfjs-node' : ''}`;
}

interface NamedNetwork {
  readonly network: RowOf<'networks'>['of']['network'];
  readonly precision: Precision;
  readonly engine: EngineName;
}

export function setName(models: ModelSetName): string {
  return models === 'both' ? 'both networks' : 'AlexNet';
}
