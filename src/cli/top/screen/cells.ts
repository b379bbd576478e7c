import { Box, Text, type BoxProps } from 'ink';
import { createElement, type ReactElement, type ReactNode } from 'react';
import { useTones, type Tone } from './tones.js';

export interface CellProps {
  readonly text: string;
  readonly tone?: Tone;
  /** Columns; without it, what is left of the line. */
  readonly width?: number;
  readonly align?: 'left' | 'right';
  /** Which end is left out where there is no room. The end of a path says more than its beginning. */
  readonly keep?: 'start' | 'end';
}

/** One text on one line. Cells are the only place that knows how text is cut and coloured. */
export function Cell({
  text,
  tone = 'plain',
  width,
  align = 'left',
  keep = 'start',
}: CellProps): ReactElement {
  const tones = useTones();
  const size: BoxProps = width === undefined ? { flexGrow: 1, flexBasis: 0 } : { width, flexShrink: 0 };
  const wrap = keep === 'start' ? 'truncate-end' : 'truncate-start';
  return createElement(
    Box,
    { ...size, justifyContent: align === 'left' ? 'flex-start' : 'flex-end', height: 1 },
    createElement(Text, { ...tones[tone], wrap }, text),
  );
}

/** Cells beside each other, or an empty line. */
export function Line({ cells = [] }: { readonly cells?: readonly CellProps[] }): ReactElement {
  const children = cells.map((cell, index) => createElement(Cell, { ...cell, key: index }));
  return createElement(Box, { height: 1, flexShrink: 0 }, ...children);
}

/** Lines below each other. */
export function Lines({ lines }: { readonly lines: readonly (readonly CellProps[])[] }): ReactElement {
  return column(lines.map((cells, index) => createElement(Line, { cells, key: index })));
}

export function column(children: readonly ReactNode[], props: BoxProps = {}): ReactElement {
  return createElement(Box, { flexDirection: 'column', flexShrink: 0, ...props }, ...children);
}
