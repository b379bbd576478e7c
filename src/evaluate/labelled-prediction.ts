/** An image with its true class, as one model saw it. */
export interface LabelledPrediction {
  /** Relative to the labelled folder, with `/`. */
  readonly file: string;
  readonly sha256: string;
  /** Index into the classes. */
  readonly label: number;
  /** The patient; empty when unknown: the image is then a group of its own. */
  readonly group: string;
  /** Value of the field that `--by` names, for instance the hospital. */
  readonly by: string;
  /** Probabilities of the classes, in the order of the classes. */
  readonly probabilities: readonly number[];
}
