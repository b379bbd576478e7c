import type { SmearwatchError } from '../../../errors.js';
import { unsupported } from '../failures.js';

interface RawLayer {
  readonly config?: Readonly<Record<string, unknown>> | null;
  readonly inbound_nodes?: readonly unknown[];
}

/**
 * Whether the layers have the form of Keras 3: tfjs 4 supports neither its `batch_shape` nor its nodes, which
 * are objects. `keras_version` does not decide, since people rewrite such files into the older form by hand.
 */
export function isOfKeras3(config: unknown): boolean {
  const layers = (config as { layers?: unknown } | null | undefined)?.layers;
  if (!Array.isArray(layers)) return false;
  return (layers as (RawLayer | null)[]).some(
    (layer) => statesBatchShape(layer?.config) || hasObjectNodes(layer?.inbound_nodes),
  );
}

export function ofKeras3(): SmearwatchError {
  return unsupported(
    'it is written by Keras 3, whose form tfjs does not read',
    'Convert it with Keras 2 (the package tf_keras, TF_USE_LEGACY_KERAS=1), or export it as ONNX.',
  );
}

function statesBatchShape(config: RawLayer['config']): boolean {
  if (typeof config !== 'object' || config === null) return false;
  return 'batch_shape' in config && !('batch_input_shape' in config);
}

function hasObjectNodes(nodes: RawLayer['inbound_nodes']): boolean {
  const [first] = Array.isArray(nodes) ? (nodes as unknown[]) : [];
  return typeof first === 'object' && first !== null && !Array.isArray(first);
}
