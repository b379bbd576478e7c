import { createElement, type ReactElement } from 'react';
import { conditionsOf, type Level } from '../conditions.js';
import type { Seen } from '../view.js';
import { Lines, type CellProps } from './cells.js';
import type { Tone } from './tones.js';

const TONES: Readonly<Record<Level, Tone>> = { ok: 'good', WARN: 'warning', ALERT: 'alert' };

/** What alert rules look at: each with a word, and the same word always in the same colour. */
export function ConditionsList({ report, figures }: Seen): ReactElement {
  const rows = conditionsOf(report, figures).map(({ level, name, detail }): CellProps[] => [
    { text: level, width: 5, tone: TONES[level] },
    { text: '', width: 1 },
    { text: name, width: 9 },
    { text: detail },
  ]);
  return createElement(Lines, { lines: [[{ text: 'CONDITIONS', tone: 'title' }], ...rows] });
}
