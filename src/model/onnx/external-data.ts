import { open, type FileHandle } from 'node:fs/promises';
import { unloadable } from './proto.js';

/**
 * The messages of onnx.proto that lead to tensors, by field number. Everything else is passed over unread, so that a file of
 * 200 MB costs a few reads.
 */
const MESSAGES = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  function: { 7: 'node' },
  training: { 1: 'graph', 2: 'graph' },
  tensor: {},
} as const satisfies Readonly<Record<string, Readonly<Record<number, string>>>>;
type Message = keyof typeof MESSAGES;

/** TensorProto.external_data, and data_location, which is not 0 then. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
const DEEPEST = 32;
const WINDOW_BYTES = 65_536;

/**
 * Refuses an ONNX file with a tensor that is kept in another file: ONNX Runtime would read whatever file its path names. Import
 * refuses that too; this is for files that came into a registry some other way.
 * @throws SmearwatchError `model-unloadable`
 */
export async function refuseExternalData(file: string): Promise<void> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw unloadable(`${file} cannot be read`, { cause: error });
  });
  try {
    const { size } = await handle.stat();
    await walk(new Reader(handle, file), 'model', 0, size, 0);
  } finally {
    await handle.close();
  }
}

async function walk(
  reader: Reader,
  message: Message,
  start: number,
  end: number,
  depth: number,
): Promise<void> {
  if (depth > DEEPEST) throw reader.malformed();
  const inside: Readonly<Record<number, Message>> = MESSAGES[message];
  for (let at = start; at < end;) {
    const tag = await reader.varint(at, end);
    const [field, wire] = [Math.floor(tag.value / 8), tag.value % 8];
    const length = await reader.length(wire, tag.next, end);
    if (message === 'tensor') refuse(reader, field, length);
    const child = wire === 2 ? inside[field] : undefined;
    if (child) await walk(reader, child, length.from, length.to, depth + 1);
    at = length.to;
  }
}

function refuse({ file }: Reader, field: number, { value }: Extent): void {
  if (field !== EXTERNAL_DATA && (field !== DATA_LOCATION || value === 0)) return;
  throw unloadable(`${file} keeps a tensor in another file, which is never read`, {
    hint: 'Export the model as one file, and import it with smearwatch models import.',
  });
}

/** Where a field's content lies; `value`: of a number. */
interface Extent {
  readonly from: number;
  readonly to: number;
  readonly value?: number;
}

/** A file's bytes by their offsets, a window at a time. */
class Reader {
  readonly file: string;
  readonly #handle: FileHandle;
  readonly #window = Buffer.alloc(WINDOW_BYTES);
  #from = 0;
  #to = 0;

  constructor(handle: FileHandle, file: string) {
    this.#handle = handle;
    this.file = file;
  }

  async varint(at: number, end: number): Promise<{ readonly value: number; readonly next: number }> {
    let value = 0;
    // 2⁶³ is beyond exact numbers, but no length or field number in a file that exists is.
    for (let index = 0; index < 10; index += 1) {
      if (at + index >= end) break;
      const byte = await this.#byte(at + index);
      value += (byte & 0x7f) * 2 ** (7 * index);
      if (byte < 0x80) return { value, next: at + index + 1 };
    }
    throw this.malformed();
  }

  async length(wire: number, at: number, end: number): Promise<Extent> {
    const extent = await this.#extent(wire, at, end);
    if (extent === undefined || extent.to > end) throw this.malformed();
    return extent;
  }

  malformed(): Error {
    return unloadable(`${this.file} cannot be loaded: it is no complete ONNX model`, {
      hint: 'Check the file against the registry (models verify).',
    });
  }

  async #extent(wire: number, at: number, end: number): Promise<Extent | undefined> {
    if (wire === 0) {
      const { value, next } = await this.varint(at, end);
      return { from: at, to: next, value };
    }
    if (wire === 1) return { from: at, to: at + 8 };
    if (wire === 5) return { from: at, to: at + 4 };
    if (wire !== 2) return undefined;
    const { value, next } = await this.varint(at, end);
    return { from: next, to: next + value };
  }

  async #byte(at: number): Promise<number> {
    if (at < this.#from || at >= this.#to) {
      const { bytesRead } = await this.#handle.read(this.#window, 0, WINDOW_BYTES, at);
      [this.#from, this.#to] = [at, at + bytesRead];
    }
    const byte = this.#window[at - this.#from];
    if (byte === undefined || at >= this.#to) throw this.malformed();
    return byte;
  }
}
