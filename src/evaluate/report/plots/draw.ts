import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { escapeText, visible } from '../markup.js';

export interface DrawOptions extends Omit<Plot.PlotOptions, 'document'> {
  /** Description for screen readers. */
  readonly title: string;
}

/** The part of the DOM that is used here: this project compiles without DOM types. */
interface SvgElement {
  readonly outerHTML: string;
}

const FONT = '"Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif';

/** Observable Plot on linkedom's document: an SVG element as text, for HTML. */
export function draw({ title, ...options }: DrawOptions): string {
  const { document } = parseHTML('<html></html>') as unknown as { readonly document: unknown };
  const element = Plot.plot({
    ...options,
    document: document as never,
    style: { fontFamily: FONT, fontSize: `${FONT_SIZE}px`, color: INK },
  }) as unknown as SvgElement;
  // Names within may contain invisible characters; the style sheet's line ends are kept.
  const svg = element.outerHTML.split('\n').map(visible).join('\n');
  // Not by setAttribute: linkedom leaves `<` in attributes as it is, which no XML parser reads.
  return svg.replace('<svg ', () => `<svg role="img" aria-label="${escapeText(title)}" `);
}

/** Turns the SVG element into a separate file with a white background, for a README or a web page. */
export function toSvgFile(svg: string): string {
  return svg
    .replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ')
    .replace('</style>', '</style><rect width="100%" height="100%" fill="white"/>');
}

/**
 * Plot widths in pixels: a wide plot fills the report's column; two halves or three thirds fit into one row.
 */
export const WIDTH = { full: 740, half: 360, third: 238 } as const;
export const FONT_SIZE = 12;
export const INK = '#1c2328';
export const SOFT = '#5a6670';
export const GRID = '#e3e7ea';
/** The accent colour of everything that is not a model. */
export const ACCENT = '#0b5c94';
