import type { Estimate } from '../metrics.js';
import { formatCount, formatFigure, formatInterval } from './format.js';
import { chunks } from './chunks.js';
import { markup, NOTHING, type Content, type Markup } from './markup.js';

export interface TableColumn {
  readonly title: Content;
  /** Below the title, small: a unit, or how the interval was made. */
  readonly hint?: string;
  /** Numbers stand right, so that their digits are below each other. */
  readonly align?: 'left';
}

export interface TableOptions {
  readonly caption?: Content;
  readonly className?: string;
}

/** Tables of so many rows are not broken between pages. */
const SHORT = 8;
/**
 * So many columns of figures with intervals fit on A4; small ones two more. A wider table would shrink every
 * page.
 */
const FITTING = { normal: 7, dense: 9 } as const;

/**
 * The first cell of each row is its header. The head is repeated on every printed page; what is too wide for
 * one continues below, with the first column again.
 */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  { caption, className = '' }: TableOptions = {},
): Markup {
  const fitting = className.includes('dense') ? FITTING.dense : FITTING.normal;
  const indices = chunks([...columns.keys()].slice(1), fitting - 1);
  const parts = indices.map((rest, part) => {
    const only = <T>(row: readonly T[]): T[] => row.filter((_, index) => index === 0 || rest.includes(index));
    return partTable(only(columns), rows.map(only), part === 0 ? caption : undefined, className);
  });
  return markup`${parts}`;
}

function partTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  caption: Content | undefined,
  className: string,
): Markup {
  const fits = rows.length <= SHORT ? ' short' : '';
  const isLeft = (index: number): boolean => index === 0 || columns[index]?.align === 'left';
  const classOf = (index: number): Markup => (isLeft(index) ? NOTHING : markup` class="number"`);
  const cells = (row: readonly Content[]): Content =>
    row.map((cell, index) =>
      index === 0 ? markup`<th scope="row">${cell}</th>` : markup`<td${classOf(index)}>${cell}</td>`,
    );
  return markup`<div class="scroll${fits}"><table class="${className}">
${caption === undefined ? NOTHING : markup`<caption>${caption}</caption>`}
<thead><tr>${columns.map(
    ({ title, hint }, index) => markup`<th scope="col"${classOf(index)}>${title}${small(hint ?? '')}</th>`,
  )}</tr></thead>
<tbody>${rows.map((row) => markup`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>\n`;
}

/** The figure, and below it its interval and what it was counted of. */
export function estimateCell(estimate: Estimate | undefined, digits = 3, of?: number): Markup {
  if (estimate === undefined) return markup`${formatFigure(null)}`;
  const interval = formatInterval(estimate, digits);
  const n = of === undefined ? NOTHING : small(`n = ${formatCount(of)}`);
  return markup`${formatFigure(estimate.value, digits)}${small(interval)}${n}`;
}

export function small(text: string): Markup {
  return text === '' ? NOTHING : markup`<small>${text}</small>`;
}
