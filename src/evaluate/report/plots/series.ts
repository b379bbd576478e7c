/** A line or a set of bars in a plot. */
export interface Series {
  readonly name: string;
  readonly colour: string;
  /** Value of SVG's `stroke-dasharray`; a solid line without it. */
  readonly dash?: string;
}

/**
 * Colours that people with any colour vision can distinguish and, by lightness and dashes, readers of a
 * black-and-white print. The first is the report's accent colour.
 */
const COLOURS = ['#0b5c94', '#d97d0d', '#7b4b94', '#2f9074', '#6fb1dc', '#5a6670'] as const;
const DASHES = [undefined, '6 2.5', '2 2', '8 2 2 2', '4 4', '1 3'] as const;

/** Colours and dashes for each name, in order. After six, the colours repeat with other dashes. */
export function seriesNamed(names: readonly string[]): Series[] {
  return names.map((name, index) => {
    const dash = DASHES[(index + Math.floor(index / COLOURS.length)) % DASHES.length];
    const colour = COLOURS[index % COLOURS.length] ?? COLOURS[0];
    return { name, colour, ...(dash === undefined ? {} : { dash }) };
  });
}
