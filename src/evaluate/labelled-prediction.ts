/** An image with its true class, as one model saw it. */
export interface LabelledPrediction {
  /** Relative to the labelled folder, with `/`. */
  readonly file: string;
  readonly sha256: string;
  /** Index into the classes. */
  readonly label: number;
  /** The patient; empty when unknown: the image then stands for itself. */
  readonly group: string;
  /** Value of the field that `--by` names, for instance the hospital. */
  readonly by: string;
  /** In the order of the classes. */
  readonly probabilities: readonly number[];
}
