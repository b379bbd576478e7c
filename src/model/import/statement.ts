/** What the owner of a foreign network states about it: none of this is in an ONNX file. */
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

/** What was found in the file, for the manifest. */
export interface ForeignFile {
  readonly sha256: string;
  readonly bytes: number;
  readonly producer: string;
  readonly opset: number;
  /** Operator → how many nodes. */
  readonly operators: Readonly<Record<string, number>>;
  /** The file was fixed to batches of one image, and has been opened for any number. */
  readonly wasFixedToOneImage: boolean;
}

/** Every message between the process that converts and the one that started it. */
export interface ToImport {
  readonly file: string;
  /** Where to write the converted model. */
  readonly target: string;
  readonly statement: ImportStatement;
}

export type FromImport =
  | { readonly type: 'converted'; readonly foreign: ForeignFile; readonly engine: string }
  | { readonly type: 'failed'; readonly failure: ImportFailure };

/** An error as data: classes and codes do not survive the way between processes. */
export interface ImportFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
