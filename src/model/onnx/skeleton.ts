import { open, realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { errnoOf, messageOf, SmearwatchError } from '../../errors.js';
import { MessageReader, type Extent } from './message-reader.js';
import { isPacked } from './packed.js';
import {
  decodeSkeleton,
  encodeTensorFields,
  EXTERNAL,
  unloadable,
  type GraphProto,
  type ModelProto,
  type TensorProto,
} from './proto.js';

/** The messages of onnx.proto that lead to tensors, by field number. */
const MESSAGES = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node', 11: 'attribute' },
  training: { 1: 'graph', 2: 'graph' },
  tensor: {},
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>;
type Message = keyof typeof MESSAGES;

/**
 * Field numbers of TensorProto: raw_data, external_data, and data_location, which is not 0 with external
 * data.
 */
const RAW_DATA = 9;
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const DEEPEST = 32;
/** Size from which tensors may stay in the file. */
const LARGE_BYTES = 65_536;
/** Largest total of the large tensors that are copied: AlexNet's convolutions have 9 to 15 MB. */
const MOST_TAKEN_BYTES = 33_554_432;

/** An ONNX model whose large matrices stay in its file. */
export interface Skeleton {
  /**
   * Tensors that stay in the file are external data: a place in the file, whose name is relative to `folder`.
   */
  readonly model: ModelProto & { graph: GraphProto };
  readonly folder: string;
  /** Whether the file is still the one that was read. */
  readonly isUnchanged: () => Promise<boolean>;
}

/**
 * Reads an ONNX file except the large tensors that ONNX Runtime packs as it loads them (see packed.ts). Other
 * tensors also stay in the file if they are more than 32 MB together. It rejects a file that keeps a tensor
 * in another one, because ONNX Runtime would read any file that such a path names. Import rejects that too;
 * this check is for files that came into a registry in another way.
 * @throws SmearwatchError `model-unloadable`
 */
export async function readSkeleton(file: string): Promise<Skeleton> {
  try {
    return await readFrom(await realpath(file), file);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw unloadable(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

async function readFrom(path: string, file: string): Promise<Skeleton> {
  const handle = await open(path, 'r');
  try {
    const before = await handle.stat({ bigint: true });
    const reader = new MessageReader(handle, file);
    const place: MessagePlace = { message: 'model', depth: 0, name: basename(path) };
    const model = decodeSkeleton(await copy(reader, place, 0, Number(before.size)), file);
    await takeAlong(model.graph, reader);
    const isUnchanged = async (): Promise<boolean> => {
      const now = await stat(path, { bigint: true }).catch(() => undefined);
      return (
        [now?.dev, now?.ino, now?.size, now?.mtimeNs].join() ===
        [before.dev, before.ino, before.size, before.mtimeNs].join()
      );
    };
    return { model, folder: dirname(path), isUnchanged };
  } catch (error) {
    const isKnown = error instanceof SmearwatchError || errnoOf(error) !== undefined;
    throw isKnown ? error : new MessageReader(handle, file).malformed(error);
  } finally {
    await handle.close();
  }
}

async function takeAlong(graph: GraphProto, reader: MessageReader): Promise<void> {
  const tensors = (graph.initializer ?? []).filter(
    (tensor) => tensor.data_location === EXTERNAL && !isPacked(graph, tensor),
  );
  const bytes = tensors.reduce((sum, tensor) => sum + placeOf(tensor).length, 0);
  if (bytes > MOST_TAKEN_BYTES) return;
  for (const tensor of tensors) {
    const { offset, length } = placeOf(tensor);
    tensor.raw_data = await reader.bytes(offset, offset + length);
    delete tensor.data_location;
    delete tensor.external_data;
  }
}

function placeOf({ external_data = [] }: TensorProto): { offset: number; length: number } {
  const valueOf = (wanted: string) => Number(external_data.find(({ key }) => key === wanted)?.value ?? 0);
  return { offset: valueOf('offset'), length: valueOf('length') };
}

/** The message that is copied, and its depth. */
interface MessagePlace {
  readonly message: Message;
  readonly depth: number;
  /** Name of the file, for tensors that stay in it. */
  readonly name: string;
}

/** Copies a message, in which every large initializer is replaced by its place in the file. */
async function copy(reader: MessageReader, place: MessagePlace, start: number, end: number): Promise<Buffer> {
  const { message, depth, name } = place;
  if (depth > DEEPEST) throw reader.malformed();
  const inside: Readonly<Record<number, Message>> = MESSAGES[message];
  const parts: Buffer[] = [];
  for (let at = start; at < end;) {
    const tag = await reader.varint(at, end);
    const [field, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const content = await reader.length(wire, tag.next, end);
    if (message === 'tensor') refuse(reader, field, content);
    const child = wire === 2 ? inside[field] : undefined;
    if (child) {
      const copied = await copy(reader, { message: child, depth: depth + 1, name }, content.from, content.to);
      parts.push(await reader.bytes(at, tag.next), varint(copied.length), copied);
    } else if (isLargeInitializer(place, field, content)) {
      parts.push(whereabouts(name, content));
    } else {
      parts.push(await reader.bytes(at, content.to));
    }
    at = content.to;
  }
  return Buffer.concat(parts);
}

/**
 * Whether a field is a large initializer of the graph itself: below model, graph and tensor, tensors belong
 * to attributes.
 */
function isLargeInitializer({ message, depth }: MessagePlace, field: number, { from, to }: Extent): boolean {
  return message === 'tensor' && depth === 2 && field === RAW_DATA && to - from >= LARGE_BYTES;
}

/** Fields of a TensorProto that replace its raw_data. */
function whereabouts(location: string, { from, to }: Extent): Buffer {
  const external = { location, offset: String(from), length: String(to - from) };
  return encodeTensorFields({
    data_location: EXTERNAL,
    external_data: Object.entries(external).map(([key, value]) => ({ key, value })),
  });
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function refuse({ file }: MessageReader, field: number, { value }: Extent): void {
  if (field !== EXTERNAL_DATA && (field !== DATA_LOCATION || value === 0)) return;
  throw unloadable(`${file} keeps a tensor in another file, which is never read`, {
    hint: 'Export the model as one file, and import it with smearwatch models import.',
  });
}
