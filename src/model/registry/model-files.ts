import type { ModelFormat } from '../../engine.js';

export const MODEL_FILE = 'model.onnx';
export const PACKED_FILE = 'model.onnx.packed';
export const LAYERS_FILE = 'model.json';
export const WEIGHTS_FILE = 'weights.bin';

/**
 * The files that a model consists of. Engines receive the path of the first and find the others in the same
 * folder; its SHA-256 is the model's identity. A LayersModel's `model.json` names the SHA-256 of its
 * `weights.bin`, so the one number identifies both.
 */
export const MODEL_FILES = {
  onnx: [MODEL_FILE],
  'layers-model': [LAYERS_FILE, WEIGHTS_FILE],
} as const satisfies Record<ModelFormat, readonly [string, ...string[]]>;

/** The file that an engine receives, whose SHA-256 is `weightsSha256`. */
export function modelFileOf({ format }: { readonly format: ModelFormat }): string {
  return MODEL_FILES[format][0];
}

/** Total size of a model's files, unpacked, in bytes. */
export function modelBytesOf({ format, files }: Files): number {
  return MODEL_FILES[format].reduce((sum, file) => sum + (files[file]?.bytes ?? 0), 0);
}

interface Files {
  readonly format: ModelFormat;
  readonly files: Readonly<Record<string, { readonly bytes: number }>>;
}
