import { readFileSync } from 'node:fs';
import { IMAGE_BYTES } from '../images.js';

/** What of the WebAssembly API is used: only the DOM's types have it, and this is no browser. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
}
const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

/** What native/shrink exports; see its README.md. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly _initialize: () => void;
  readonly prepare: () => void;
  readonly reserve: (bytes: number) => number;
  readonly shrink: (bytes: number, maxPixels: number) => number;
  readonly unpack: (bytes: number, width: number, height: number) => number;
  readonly resize: (width: number, height: number) => number;
  readonly pixels: () => number;
  readonly width: () => number;
  readonly height: () => number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Memory of an instance grows and never shrinks: one that had to make room for a huge image is not kept. */
const MOST_KEPT_BYTES = 33_554_432;

const WASM = new URL('../../native/shrink/shrink.wasm', import.meta.url);
let compiled: object | undefined;
/** One per thread, made for its first image. */
let instance: Exports | undefined;

/** An ordinary JPEG to 256×256 RGB in `into`; undefined: it is not ordinary, or not whole, which others have to judge. */
export function shrinkJpeg(bytes: Uint8Array, maxPixels: number, into: Uint8Array): Size | undefined {
  return use([bytes], into, (shrinker) => {
    const isDone = shrinker.shrink(bytes.length, maxPixels) === 1;
    return isDone ? { width: shrinker.width(), height: shrinker.height() } : undefined;
  });
}

/** The zlib stream of a PNG of 8 bits of RGB, in its parts, to 256×256 RGB in `into`; undefined: as above. */
export function shrinkPng(
  parts: readonly Uint8Array[],
  { width, height }: Size,
  into: Uint8Array,
): Size | undefined {
  const bytes = byteCount(parts);
  return use(parts, into, ({ unpack }) =>
    unpack(bytes, width, height) === 1 ? { width, height } : undefined,
  );
}

/** RGB pixels to 256×256 RGB in `into`; undefined: they are too many. */
export function shrinkPixels(pixels: Uint8Array, size: Size, into: Uint8Array): Size | undefined {
  return use([pixels], into, ({ resize }) => (resize(size.width, size.height) === 1 ? size : undefined));
}

function byteCount(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

function use(
  parts: readonly Uint8Array[],
  into: Uint8Array,
  shrink: (shrinker: Exports) => Size | undefined,
): Size | undefined {
  instance ??= instantiate();
  const { memory, reserve, pixels } = instance;
  try {
    let at = reserve(byteCount(parts));
    if (at === 0) return undefined;
    for (const part of parts) {
      new Uint8Array(memory.buffer).set(part, at);
      at += part.length;
    }
    const size = shrink(instance);
    if (size !== undefined) into.set(new Uint8Array(memory.buffer, pixels(), IMAGE_BYTES));
    return size;
  } catch {
    // Whatever ends it early leaves its memory in disorder. What is wrong with the image, if anything, sharp will say.
    instance = undefined;
    return undefined;
  } finally {
    if (memory.buffer.byteLength > MOST_KEPT_BYTES) instance = undefined;
  }
}

/** @throws when the file is missing or is not what was built, as an incomplete installation has it */
function instantiate(): Exports {
  compiled ??= new Module(readFileSync(WASM));
  const refuse = (): never => {
    throw new Error('libjpeg-turbo complains');
  };
  const { exports } = new Instance(compiled, {
    env: { fail: refuse, emscripten_notify_memory_growth: () => undefined },
    wasi_snapshot_preview1: { proc_exit: refuse, fd_close: refuse, fd_write: refuse, fd_seek: refuse },
  });
  const made = exports as Exports;
  made._initialize();
  made.prepare();
  return made;
}
