import type { AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto } from '../onnx/proto.js';
import { unsupported } from './failures.js';

/**
 * Oldest supported opset: before 7, arithmetic broadcasts differently; ONNX Runtime guarantees nothing below.
 */
const MIN_OPSET = 7;
/** Newest opset that the pinned ONNX Runtime supports. */
const MAX_OPSET = 26;
/** Largest number of nodes: AlexNet has 24; a large classifier has several thousand. */
const MAX_NODES = 20_000;

/**
 * Rejects what a classifier does not need and a hostile file could use: other domains (custom operators,
 * functions), control flow, sparse tensors, and tensors in other files, whose paths could name any file of
 * this computer.
 * @returns the version of the default operator set
 * @throws SmearwatchError `import-unsupported`
 */
export function checkGraph({ graph, opset_import = [], functions = [] }: ForeignModel): number {
  const opset = opset_import.find(({ domain }) => isDefaultDomain(domain))?.version ?? 0;
  if (opset < MIN_OPSET || opset > MAX_OPSET) {
    throw unsupported(
      `its operators are of opset ${opset}, and ${MIN_OPSET} to ${MAX_OPSET} are supported`,
      'Export it again with opset 17.',
    );
  }
  if (functions.length > 0) throw unsupported('it defines operators of its own (functions)');
  if ((graph.sparse_initializer?.length ?? 0) > 0) throw unsupported('it has sparse tensors');
  const nodes = graph.node ?? [];
  if (nodes.length > MAX_NODES)
    throw unsupported(`it has ${nodes.length} nodes, and ${MAX_NODES} are allowed`);
  for (const node of nodes) checkNode(node);
  return opset;
}

export interface ForeignModel extends ModelProto {
  readonly graph: GraphProto;
  readonly functions?: readonly unknown[];
}

/** How often each operator occurs. */
export function countOperators(graph: GraphProto): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { op_type = '' } of graph.node ?? []) counts.set(op_type, (counts.get(op_type) ?? 0) + 1);
  return Object.fromEntries([...counts].sort());
}

function checkNode(node: NodeProto): void {
  const name = describeNode(node);
  if (!isDefaultDomain(node.domain)) {
    throw unsupported(
      `the node ${name} is of the domain "${node.domain ?? ''}"`,
      'Export it with standard ONNX operators only, and not optimised for one runtime.',
    );
  }
  for (const attribute of node.attribute ?? []) checkAttribute(attribute, name);
}

function checkAttribute({ name = '', g, t, ...more }: AttributeProto & Lists, node: string): void {
  if (g !== undefined || (more.graphs?.length ?? 0) > 0)
    throw unsupported(`the node ${node} is control flow`);
  if (more.sparse_tensor !== undefined || (more.sparse_tensors?.length ?? 0) > 0) {
    throw unsupported(`the node ${node} has a sparse tensor`);
  }
  for (const tensor of [t, ...(more.tensors ?? [])]) {
    if (tensor !== undefined && isElsewhere(tensor)) {
      throw unsupported(`the attribute ${name} of the node ${node} is kept in another file`);
    }
  }
}

interface Lists {
  readonly graphs?: readonly unknown[];
  readonly tensors?: readonly TensorProto[];
  readonly sparse_tensor?: unknown;
  readonly sparse_tensors?: readonly unknown[];
}

function isElsewhere({ data_location = 0, external_data = [] }: TensorProto): boolean {
  return data_location !== 0 || external_data.length > 0;
}

function isDefaultDomain(domain = ''): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** Describes a node by its operator and name: `Conv "features.0"`. */
export function describeNode({ op_type = '', name = '', output = [] }: NodeProto): string {
  return `${op_type} "${name === '' ? (output[0] ?? '') : name}"`;
}
