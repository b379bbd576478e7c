import type { ValueMetadata } from '../contract.js';
import { DATA_TYPE, type ValueInfoProto } from '../onnx/proto.js';

const TYPE_NAMES = new Map<number | undefined, string>([
  [DATA_TYPE.float, 'float32'],
  [DATA_TYPE.uint8, 'uint8'],
  [DATA_TYPE.int8, 'int8'],
  [DATA_TYPE.int32, 'int32'],
  [DATA_TYPE.int64, 'int64'],
]);

/** A file's declarations in ONNX Runtime's terms, so that both are compared with the same contract. */
export function declaredValues(values: readonly ValueInfoProto[] = []): ValueMetadata[] {
  return values.map(({ name = '', type }) => {
    const tensor = type?.tensor_type;
    if (tensor === undefined) return { name, isTensor: false };
    return {
      name,
      isTensor: true,
      type: TYPE_NAMES.get(tensor.elem_type) ?? `type ${tensor.elem_type ?? 0}`,
      ...(tensor.shape !== undefined && {
        shape: (tensor.shape.dim ?? []).map((side) => side.dim_value ?? side.dim_param ?? ''),
      }),
    };
  });
}
