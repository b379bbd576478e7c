import { countParameters, shapeLayers, sizeOf, type Network, type ShapedLayer } from '../networks/network.js';
import { isWide } from './winograd/convolution-run.js';
import { pointsPerTile } from './winograd/filters.js';
import { IMAGES_AT_ONCE } from './winograd/images-at-once.js';

/**
 * Weights in fp32 that are read from memory for each image: all of them once for each batch, except the
 * transformed filters of the convolutions that are computed here, which are read once for each lot of
 * images.
 */
export function weightsReadPerImage(network: Network, batch: number): number {
  const convolutions = shapeLayers(network).flatMap((shaped) => weightsOf(shaped) ?? []);
  const weights = convolutions.reduce((sum, { filters }) => sum + filters, 0);
  const transformed = convolutions.reduce((sum, each) => sum + each.transformed, 0);
  return (countParameters(network) - weights) / batch + transformed / Math.min(batch, IMAGES_AT_ONCE);
}

/** Weights of a layer, or undefined if ONNX Runtime computes it alone. */
function weightsOf({ layer, input, parameters }: ShapedLayer) {
  if (layer.kind !== 'convolution' || layer.stride !== 1) return undefined;
  const { kernel, groups, filters: outputs } = layer;
  const [, , channels = 0] = input;
  if ((kernel !== 3 && kernel !== 5) || !isWide(channels, groups) || !isWide(outputs, groups))
    return undefined;
  const filters = parameters.reduce((sum, { shape }) => sum + (shape.length > 1 ? sizeOf(shape) : 0), 0);
  return { filters, transformed: (filters / kernel ** 2) * pointsPerTile(kernel) };
}
