import { shapeLayers, sizeOf, type Layer, type Network } from '../model/networks/network.js';
import { Random } from '../random.js';

/**
 * Share of He's deviation for the fully connected layers: max pooling makes the signal grow, and with the
 * full deviation, AlexNet's first epoch at full rate is lost to overshooting (measured; Krizhevsky 2012 has
 * 0.005, a quarter to a third of He's).
 */
const DENSE_SHARE = 0.4;
const HEAD_DEVIATION = 0.001;

/**
 * Draws initial weights by He et al. 2015: normal with variance 2 / inputs of one output, so that ReLU layers
 * keep the signal's size; biases 0. The last layer begins small, so that the first probabilities are nearly
 * equal and no steps are spent on unlearning. The same seed gives the same weights on every machine.
 */
export function initialWeights(network: Network, seed: number): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const { layer, parameters } of shapeLayers(network)) {
    for (const { name, shape } of parameters) {
      const values = new Float32Array(sizeOf(shape));
      if (shape.length > 1) {
        fillNormal(
          values,
          deviationOf(layer, values.length / (shape.at(-1) ?? 1)),
          new Random(seed, 'weights', name),
        );
      }
      weights.set(name, values);
    }
  }
  return weights;
}

function deviationOf(layer: Layer, inputs: number): number {
  const he = Math.sqrt(2 / inputs);
  if (layer.kind !== 'dense') return he;
  return layer.activation === 'softmax' ? HEAD_DEVIATION : DENSE_SHARE * he;
}

/** Fills with normal values by Box and Muller, both values of each pair: 57 million take two seconds. */
function fillNormal(values: Float32Array, deviation: number, random: Random): void {
  for (let index = 0; index < values.length; index += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = random.angle();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
}
