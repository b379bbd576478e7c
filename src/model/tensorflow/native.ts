import type { Tensor, Variable } from '@tensorflow/tfjs';
import type { Tensorflow } from './load.js';

/**
 * The part of tfjs-node's backend that runs any TensorFlow operation by name. It is not in the documented
 * types, but all of tfjs-node's own kernels use it; the version is pinned, and a test compares the results
 * with plain tfjs.
 */
interface NodeBackend {
  readonly binding: Binding;
  /** The data of each tensor: `id` names the native tensor. */
  readonly tensorMap: { get(dataId: object): { id: number } };
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  executeSingleOutput(
    name: string,
    attributes: readonly TensorFlowAttribute[],
    inputs: readonly Tensor[],
  ): Tensor;
}

interface Binding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_FLOAT: number;
  executeOp(
    name: string,
    attributes: readonly TensorFlowAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): { id: number }[];
  deleteTensor(id: number): void;
}

interface TensorFlowAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | string | boolean | readonly number[];
}

/** Operations of TensorFlow that tfjs does not offer. */
export class NativeOperations {
  readonly #backend: NodeBackend;
  readonly #binding: Binding;

  constructor(tf: Tensorflow) {
    this.#backend = tf.backend() as unknown as NodeBackend;
    this.#binding = this.#backend.binding;
  }

  /** A scalar: half the sum of the squares, without a temporary of the tensor's size. */
  l2Loss(values: Tensor): Tensor {
    return this.#backend.executeSingleOutput('L2Loss', [this.#type('T')], [values]);
  }

  /** The gradient of max(0, x) from the gradient of its output and that output. */
  reluGradient(gradient: Tensor, output: Tensor): Tensor {
    return this.#backend.executeSingleOutput('ReluGrad', [this.#type('T')], [gradient, output]);
  }

  /**
   * Creates a TensorFlow variable, filled with a copy of `value`.
   * @returns a handle, which `destroy` disposes of
   */
  createResource(name: string, value: Tensor): Tensor {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.#binding;
    const handle = this.#backend.executeSingleOutput(
      'VarHandleOp',
      [
        this.#type('dtype'),
        { name: 'shape', type: TF_ATTR_SHAPE, value: value.shape },
        { name: 'shared_name', type: TF_ATTR_STRING, value: name },
        { name: 'container', type: TF_ATTR_STRING, value: '' },
      ],
      [],
    );
    this.assign(handle, value);
    return handle;
  }

  assign(handle: Tensor, value: Tensor): void {
    this.#run('AssignVariableOp', [this.#type('dtype')], [handle, value], 0);
  }

  read(handle: Tensor): Tensor {
    return this.#backend.executeSingleOutput('ReadVariableOp', [this.#type('dtype')], [handle]);
  }

  destroy(handle: Tensor): void {
    const ignoreMissing = { name: 'ignore_lookup_error', type: this.#binding.TF_ATTR_BOOL, value: true };
    this.#run('DestroyResourceOp', [ignoreMissing], [handle], 0);
    handle.dispose();
  }

  /**
   * Updates in place, in one pass over the memory: velocity = momentum · velocity + gradient; weight = weight
   * − rate · velocity.
   */
  applyMomentum(weight: Tensor, velocity: Tensor, rate: Tensor, gradient: Tensor, momentum: Tensor): void {
    const { TF_ATTR_BOOL } = this.#binding;
    const attributes = [
      this.#type('T'),
      { name: 'use_locking', type: TF_ATTR_BOOL, value: false },
      { name: 'use_nesterov', type: TF_ATTR_BOOL, value: false },
    ];
    this.#run('ResourceApplyMomentum', attributes, [weight, velocity, rate, gradient, momentum], 0);
  }

  /**
   * Releases a tfjs variable's data, so that TensorFlow may change the memory that it shares with a resource.
   */
  release(variable: Variable): void {
    this.#binding.deleteTensor(this.#backend.tensorMap.get(variable.dataId).id);
  }

  /** Gives a released tfjs variable the resource's current value, shared and not copied. */
  share(variable: Variable, handle: Tensor): void {
    const [value] = this.#run('ReadVariableOp', [this.#type('dtype')], [handle], 1);
    if (value === undefined) throw new RangeError('TensorFlow gave no value for a variable');
    this.#backend.tensorMap.get(variable.dataId).id = value.id;
  }

  #type(name: string): TensorFlowAttribute {
    return { name, type: this.#binding.TF_ATTR_TYPE, value: this.#binding.TF_FLOAT };
  }

  #run(name: string, attributes: readonly TensorFlowAttribute[], inputs: readonly Tensor[], outputs: number) {
    return this.#binding.executeOp(name, attributes, this.#backend.getInputTensorIds(inputs), outputs);
  }
}
