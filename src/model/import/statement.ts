import type { ModelFormat } from '../../engine.js';
import type { Failure } from '../../errors.js';

/** The owner's statements about a foreign network, none of which are in its file. */
export interface ImportStatement {
  /** Names of the classes, in the order of the outputs. */
  readonly classes: readonly string[];
  /** Rows and columns of the network's input. */
  readonly inputSize: number;
  /** `nchw` for PyTorch and MATLAB; `nhwc` for Keras. */
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: 'rgb' | 'bgr';
  /** input = (pixel / scale − mean) / deviation for pixels from 0 to 255, in the order of `channels`. */
  readonly scale: number;
  readonly mean: Triple;
  readonly deviation: Triple;
  readonly outputIs: 'logits' | 'probabilities';
}

export type Triple = readonly [number, number, number];

/** The statement as typed: without `--layout`, the kind of the file determines the layout. */
export type Stated = Omit<ImportStatement, 'layout'> & {
  readonly layout?: ImportStatement['layout'] | undefined;
};

/** Findings about the foreign file, for the manifest. */
export type ForeignFile = ForeignOnnx | ForeignLayers;

interface ForeignBase {
  readonly sha256: string;
  readonly bytes: number;
  readonly producer: string;
}

export interface ForeignOnnx extends ForeignBase {
  readonly opset: number;
  /** Number of nodes by operator. */
  readonly operators: Readonly<Record<string, number>>;
  /** Whether the file was fixed to batches of one image, and was changed to take any number. */
  readonly wasFixedToOneImage: boolean;
}

export interface ForeignLayers extends ForeignBase {
  /** Number of layers by kind. */
  readonly layers: Readonly<Record<string, number>>;
  readonly weightFiles: number;
}

/** Every message between the process that converts and the one that started it. */
export interface ToImport {
  readonly file: string;
  /** Folder for the model's files, under the registry's names. */
  readonly folder: string;
  readonly statement: Stated;
}

export interface Imported {
  readonly format: ModelFormat;
  readonly statement: ImportStatement;
  readonly foreign: ForeignFile;
  /** Name and version of the engine of the trial. */
  readonly engine: string;
}

export type FromImport =
  | { readonly type: 'converted'; readonly imported: Imported }
  | { readonly type: 'failed'; readonly failure: Failure };
