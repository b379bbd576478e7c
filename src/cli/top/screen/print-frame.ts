import { stripVTControlCharacters } from 'node:util';
import { renderToString } from 'ink';
import { createElement } from 'react';
import { Frame, type FrameProps } from './frame.js';

/** One frame as text: no colours, no escape sequences, no blanks at the ends of lines. */
export function frameText(props: Omit<FrameProps, 'colours'>): string {
  const frame = renderToString(createElement(Frame, { ...props, colours: false }), {
    columns: props.columns,
  });
  // Bold is left in where ink finds a terminal.
  return stripVTControlCharacters(frame).replace(/[ \t]+$/gm, '');
}
