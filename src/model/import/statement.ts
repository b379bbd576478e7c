import type { ModelFormat } from '../../engine.js';
import type { Failure } from '../../errors.js';

/** What the owner of a foreign network states about it: none of this is in its file. */
export interface ImportStatement {
  /** In the order of the outputs. */
  readonly classes: readonly string[];
  /** Rows and columns of its input. */
  readonly inputSize: number;
  /** `nchw`: PyTorch, MATLAB; `nhwc`: Keras. */
  readonly layout: 'nchw' | 'nhwc';
  readonly channels: 'rgb' | 'bgr';
  /** input = (pixel / scale − mean) / deviation, pixels being 0…255; in the order of `channels`. */
  readonly scale: number;
  readonly mean: Triple;
  readonly deviation: Triple;
  readonly outputIs: 'logits' | 'probabilities';
}

export type Triple = readonly [number, number, number];

/** As it is typed: the layout follows from the kind of the file, unless it is stated. */
export type Stated = Omit<ImportStatement, 'layout'> & {
  readonly layout?: ImportStatement['layout'] | undefined;
};

/** What was found in the file, for the manifest. */
export type ForeignFile = ForeignOnnx | ForeignLayers;

interface ForeignBase {
  readonly sha256: string;
  readonly bytes: number;
  readonly producer: string;
}

export interface ForeignOnnx extends ForeignBase {
  readonly opset: number;
  /** Operator → how many nodes. */
  readonly operators: Readonly<Record<string, number>>;
  /** The file was fixed to batches of one image, and has been opened for any number. */
  readonly wasFixedToOneImage: boolean;
}

export interface ForeignLayers extends ForeignBase {
  /** Kind → how many layers. */
  readonly layers: Readonly<Record<string, number>>;
  readonly weightFiles: number;
}

/** Every message between the process that converts and the one that started it. */
export interface ToImport {
  readonly file: string;
  /** Where to write the model's files, under the names that the registry gives them. */
  readonly folder: string;
  readonly statement: Stated;
}

export interface Imported {
  readonly format: ModelFormat;
  readonly statement: ImportStatement;
  readonly foreign: ForeignFile;
  /** Name and version of what it was tried with. */
  readonly engine: string;
}

export type FromImport =
  | { readonly type: 'converted'; readonly imported: Imported }
  | { readonly type: 'failed'; readonly failure: Failure };
