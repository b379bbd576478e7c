import type { Estimate } from '../metrics.js';
import { formatCount, formatFigure, formatInterval } from './format.js';
import { chunks } from './chunks.js';
import { markup, NOTHING, type Content, type Markup } from './markup.js';

export interface TableColumn {
  readonly title: Content;
  /** Small text below the title: a unit, or how the interval was made. */
  readonly hint?: string;
  /** Alignment of the column. Numbers are right-aligned by default, so that their digits line up. */
  readonly align?: 'left';
}

export interface TableOptions {
  readonly caption?: Content;
  readonly className?: string;
}

/** Tables with at most this number of rows are not split between pages. */
const SHORT = 8;
/**
 * Number of columns of figures with intervals that fit on A4, and of small ones. A wider table would shrink
 * every page.
 */
const FITTING = { normal: 7, dense: 9 } as const;

/**
 * Renders a table whose first cell in each row is a header. The head is repeated on every printed page; a
 * table that is too wide continues below, with the first column again.
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

/** Renders a figure, with its interval and the number of images below it. */
export function estimateCell(estimate: Estimate | undefined, digits = 3, of?: number): Markup {
  if (estimate === undefined) return markup`${formatFigure(null)}`;
  const interval = formatInterval(estimate, digits);
  const n = of === undefined ? NOTHING : small(`n = ${formatCount(of)}`);
  return markup`${formatFigure(estimate.value, digits)}${small(interval)}${n}`;
}

export function small(text: string): Markup {
  return text === '' ? NOTHING : markup`<small>${text}</small>`;
}
