import type { ModelFormat } from '../../engine.js';

export const MODEL_FILE = 'model.onnx';
export const PACKED_FILE = 'model.onnx.packed';
export const LAYERS_FILE = 'model.json';
export const WEIGHTS_FILE = 'weights.bin';

/**
 * The files that a model consists of. Engines are given the path of the first and find the others beside it;
 * its SHA-256 is the model's identity. A LayersModel's `model.json` names the SHA-256 of its `weights.bin`,
 * so that the one number stands for both.
 */
export const MODEL_FILES = {
  onnx: [MODEL_FILE],
  'layers-model': [LAYERS_FILE, WEIGHTS_FILE],
} as const satisfies Record<ModelFormat, readonly [string, ...string[]]>;

/** The file that is given to an engine, and whose SHA-256 is `weightsSha256`. */
export function modelFileOf({ format }: { readonly format: ModelFormat }): string {
  return MODEL_FILES[format][0];
}

/** Bytes of a model's files, unpacked. */
export function modelBytesOf({ format, files }: Files): number {
  return MODEL_FILES[format].reduce((sum, file) => sum + (files[file]?.bytes ?? 0), 0);
}

interface Files {
  readonly format: ModelFormat;
  readonly files: Readonly<Record<string, { readonly bytes: number }>>;
}
