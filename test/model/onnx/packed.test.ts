import { describe, expect, it } from 'vitest';
import { isPacked } from '../../../src/model/onnx/packed.js';
import { DATA_TYPE, type NodeProto, type TensorProto } from '../../../src/model/onnx/proto.js';

const weight: TensorProto = { name: 'w', dims: [300, 200], data_type: DATA_TYPE.float };
const levels: TensorProto = { ...weight, data_type: DATA_TYPE.int8 };
const node = (op_type: string, input: string[], output = 'y'): NodeProto => ({
  op_type,
  input,
  output: [output],
});
const dequantize = node('DequantizeLinear', ['w', 's', 'z'], 'values');
const activation = node('DequantizeLinear', ['q', 's', 'z'], 'x');

describe('ONNX Runtime packs', () => {
  it.each<[string, TensorProto, NodeProto[]]>([
    ['the second factor of a product', weight, [node('MatMul', ['x', 'w'])]],
    ['that of several', weight, [node('Gemm', ['x', 'w', 'b']), node('MatMul', ['y', 'w'])]],
    ['a quantised one', levels, [activation, dequantize, node('Gemm', ['x', 'values', 'b'])]],
  ])('%s', (_what, tensor, nodes) => expect(isPacked({ node: nodes }, tensor)).toBe(true));
});

describe('ONNX Runtime may leave in the file', () => {
  it.each<[string, TensorProto, NodeProto[]]>([
    ['a kernel', { ...weight, dims: [24, 24, 3, 3] }, [node('Conv', ['x', 'w'])]],
    ['a first factor', weight, [node('MatMul', ['w', 'x'])]],
    ['both factors', weight, [node('MatMul', ['w', 'w'])]],
    ['an addend', weight, [node('Gemm', ['x', 'y', 'w'])]],
    ['several matrices', { ...weight, dims: [3, 300, 200] }, [node('MatMul', ['x', 'w'])]],
    ['a tensor that another operator also reads', weight, [node('MatMul', ['x', 'w']), node('Neg', ['w'])]],
    ['a product of another domain', weight, [{ ...node('Gemm', ['x', 'w']), domain: 'com.example' }]],
    ['a tensor that no node reads', weight, []],
    ['numbers of another type', { ...weight, data_type: 11 }, [node('MatMul', ['x', 'w'])]],
    ['levels of a product of floats', levels, [dequantize, node('Gemm', ['x', 'values', 'b'])]],
    ['levels of a kernel', levels, [activation, dequantize, node('Conv', ['x', 'values'])]],
    ['levels that no node multiplies', levels, [dequantize]],
    ['levels that a product reads directly', levels, [node('MatMulInteger', ['x', 'w'])]],
  ])('%s', (_what, tensor, nodes) => expect(isPacked({ node: nodes }, tensor)).toBe(false));
});
