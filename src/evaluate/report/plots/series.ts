/** A line or a set of bars in a plot. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  /** SVG's `stroke-dasharray`; a solid line without. */
  readonly dash?: string;
}
