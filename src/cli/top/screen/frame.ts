import { stripVTControlCharacters } from 'node:util';
import { Box, renderToString } from 'ink';
import { createElement, type ReactElement } from 'react';
import type { Seen, View } from '../view.js';
import { column, Line } from './cells.js';
import { ConditionsList } from './conditions-list.js';
import { Header } from './header.js';
import { Models } from './models.js';
import { Overview } from './overview.js';
import { Results } from './results.js';
import { Stages, STAGES_WIDTH } from './stages.js';
import { Colours } from './tones.js';

export interface FrameProps {
  readonly view: View;
  /** The URL that was asked, shown while the daemon has not answered. */
  readonly url: string;
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
  /** Shown while nothing is wrong. */
  readonly hint?: string;
}

/**
 * Lines of everything but models and results: 2 header, 5 overview, blank, 8 stages, blank, title of the
 * models.
 */
const OTHER_LINES = 18;
const GAP = 2;

/** The whole screen. It has exactly `rows` lines; what has no room at the bottom is left out. */
export function Frame({ view, url, columns, rows, colours, hint = '' }: FrameProps): ReactElement {
  const { seen } = view;
  const header = createElement(Header, { view, url: seen?.report.url ?? url, hint, key: 'header' });
  const children = seen ? [header, ...body(seen, { view, columns, rows })] : [header];
  return createElement(
    Colours.Provider,
    { value: colours },
    column(children, { width: columns, height: rows, overflow: 'hidden' }),
  );
}

/** One frame as text: no colours, no escape sequences, no blanks at the ends of lines. */
export function frameText(props: Omit<FrameProps, 'colours'>): string {
  const frame = renderToString(createElement(Frame, { ...props, colours: false }), {
    columns: props.columns,
  });
  // Bold is left in where ink finds a terminal.
  return stripVTControlCharacters(frame).replace(/[ \t]+$/gm, '');
}

function body(seen: Seen, { view, columns, rows }: Pick<FrameProps, 'view' | 'columns' | 'rows'>) {
  const { throughput } = view;
  const left = rows - OTHER_LINES - seen.report.status.models.length;
  return [
    createElement(Overview, { seen, throughput, columns, key: 'overview' }),
    createElement(Line, { key: 'before stages' }),
    createElement(
      Box,
      { key: 'stages and conditions', flexShrink: 0 },
      column([createElement(Stages, { ...seen, key: 'stages' })], { width: STAGES_WIDTH, marginRight: GAP }),
      column([createElement(ConditionsList, { ...seen, key: 'conditions' })], { flexGrow: 1, flexBasis: 0 }),
    ),
    createElement(Line, { key: 'before models' }),
    createElement(Models, { ...seen, key: 'models' }),
    createElement(Results, { recent: seen.recent, lines: left, key: 'results' }),
  ];
}
