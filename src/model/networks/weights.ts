import { SmearwatchError } from '../../errors.js';
import { shapeLayers, sizeOf, type Network, type Parameter } from './network.js';

/** Trained values by parameter name, in the description's layout (see `Parameter`). */
export type Weights = ReadonlyMap<string, Float32Array>;

/**
 * The parameters of a network with their values, after checking that each exists, has its size, and is
 * finite.
 * @throws SmearwatchError `weights-invalid`
 */
export function matchWeights(
  network: Network,
  weights: Weights,
): { parameter: Parameter; values: Float32Array }[] {
  const parameters = shapeLayers(network).flatMap((layer) => layer.parameters);
  const expected = new Set(parameters.map(({ name }) => name));
  for (const name of weights.keys()) {
    if (!expected.has(name)) throw invalid(`${network.architecture} has no parameter ${name}`);
  }
  return parameters.map((parameter) => {
    const values = weights.get(parameter.name);
    const size = sizeOf(parameter.shape);
    if (values?.length !== size) {
      throw invalid(`${parameter.name} needs ${size} values and has ${values?.length ?? 0}`);
    }
    if (!areFinite(values)) throw invalid(`${parameter.name} has values that are not finite numbers`);
    return { parameter, values };
  });
}

/**
 * Whether all values are finite: 0 times a finite number is 0, times any other NaN. It reads up to 38 million
 * values in one pass without branches.
 */
function areFinite(values: Float32Array): boolean {
  let zero = 0;
  for (const value of values) zero += value * 0;
  return zero === 0;
}

function invalid(what: string): SmearwatchError {
  return new SmearwatchError('weights-invalid', `Weights do not fit the network: ${what}`);
}
