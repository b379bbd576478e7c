/** The sources of labels: the scanner's folder, a label file next to the image, the command, HTTP. */
export const LABEL_SOURCES = ['folder', 'file', 'command', 'http'] as const;
export type LabelSource = (typeof LABEL_SOURCES)[number];

/** The true class of an image, and who said so. */
export interface Label {
  readonly class: string;
  readonly by: string;
  readonly source: LabelSource;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/** The image that is meant: by its bytes, which is exact, or by the file that it was, or will be, seen as. */
export type LabelTarget =
  | { readonly sha256: string }
  /** `path` relative to the scanner's folder, with forward slashes. */
  | { readonly scanner: string; readonly path: string };

export interface GivenLabel {
  readonly target: LabelTarget;
  readonly label: Label;
}

/** The outcome of giving a label. */
export interface LabelOutcome {
  /**
   * `set`: the first one of its image. `changed`: the earlier one is in the history. `unchanged`: it said the
   * same. `kept`: a folder's name does not overrule a person. `waiting`: no such file has been read yet; it
   * takes effect with its result.
   */
  readonly outcome: 'set' | 'changed' | 'unchanged' | 'kept' | 'waiting';
  /** Unknown while it waits. */
  readonly sha256: string | undefined;
  /** The class before, where there was one. */
  readonly previous: string | undefined;
}
