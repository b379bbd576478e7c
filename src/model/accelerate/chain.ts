import { floatsOf } from '../onnx/nodes.js';
import { DATA_TYPE, EXTERNAL, type AttributeProto, type GraphProto, type NodeProto } from '../onnx/proto.js';

/** Consecutive nodes, each of which is the only reader of the node before it. */
export class Chain {
  readonly nodes = new Set<NodeProto>();
  readonly start: string;
  /** Name of the last node's output. */
  end: string;

  /** Starts a chain at `start`, the value that the first node reads. */
  constructor(
    private readonly graph: GraphProto,
    start: string,
  ) {
    this.start = start;
    this.end = start;
  }

  /** Continues to the next node, if that is of this type and has these attributes and no others. */
  take(type: string, attributes: Readonly<Record<string, string>>): NodeProto | undefined {
    const node = this.peek(type, attributes);
    if (node) this.add(node);
    return node;
  }

  /** The next node, if it has this type and, where `attributes` are given, exactly these. */
  peek(type: string, attributes?: Readonly<Record<string, string>>): NodeProto | undefined {
    const readers = (this.graph.node ?? []).filter(({ input }) => input?.includes(this.end));
    const [node] = readers;
    const isOutput = this.graph.output?.some(({ name }) => name === this.end);
    if (node === undefined || readers.length !== 1 || isOutput || node.output?.length !== 1) return undefined;
    const isIt = node.op_type === type && (node.domain ?? '') === '' && node.input?.[0] === this.end;
    return isIt && (attributes === undefined || hasExactly(node, attributes)) ? node : undefined;
  }

  add(node: NodeProto): void {
    this.nodes.add(node);
    this.end = node.output?.[0] ?? '';
  }

  /** A constant's numbers; undefined if the value is not a constant, or has another type. */
  floats(name: string | undefined): Float32Array | undefined {
    const tensor = this.#constant(name, DATA_TYPE.float);
    if (tensor === undefined) return undefined;
    const { raw_data, float_data = [] } = tensor;
    if (raw_data === undefined) return Float32Array.from(float_data);
    return raw_data.length % Float32Array.BYTES_PER_ELEMENT === 0 ? floatsOf(raw_data) : undefined;
  }

  bytes(name: string | undefined): Uint8Array | undefined {
    return this.#constant(name, DATA_TYPE.uint8)?.raw_data;
  }

  /** Dimensions of a constant of floats. */
  shape(name: string | undefined): readonly number[] | undefined {
    return this.#constant(name, DATA_TYPE.float)?.dims;
  }

  #constant(name: string | undefined, type: number) {
    const tensor = this.graph.initializer?.find((each) => each.name === name);
    return tensor?.data_type === type && tensor.data_location !== EXTERNAL ? tensor : undefined;
  }
}

/** An attribute's value as text: `3`, `1,1`, `linear`. */
export function attributesOf({ attribute = [] }: NodeProto): Readonly<Record<string, string>> {
  return Object.fromEntries(attribute.map((each) => [each.name ?? '', textOf(each)]));
}

function hasExactly(node: NodeProto, attributes: Readonly<Record<string, string>>): boolean {
  const given = attributesOf(node);
  const names = Object.keys(given);
  return (
    names.length === Object.keys(attributes).length &&
    names.every((name) => given[name] === attributes[name]) &&
    (node.attribute ?? []).every((each) => textOf(each) === attributes[each.name ?? ''])
  );
}

function textOf({ i, ints, s }: AttributeProto): string {
  return s === undefined ? (ints ?? [i]).join() : Buffer.from(s).toString();
}
