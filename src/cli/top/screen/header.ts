import { createElement, type ReactElement } from 'react';
import { formatDuration } from '../../../text/duration.js';
import { printable } from '../../output.js';
import type { View } from '../view.js';
import { Lines, type CellProps } from './cells.js';
import type { Tone } from './tones.js';
import { clockTime } from './words.js';

export interface HeaderProps {
  readonly view: View;
  readonly url: string;
  /** Shown while nothing is wrong. */
  readonly hint: string;
}

/** Who is asked and how it is, then one line on why it is not well. */
export function Header({ view, url, hint }: HeaderProps): ReactElement {
  const { word, tone } = stateOf(view);
  const time = clockTime(view.at);
  const title: readonly CellProps[] = [
    { text: titleOf(view, url), tone: 'title' },
    { text: `${time} `, width: time.length + 2, tone: 'quiet', align: 'right' },
    { text: ` ${word} `, width: word.length + 2, tone },
  ];
  return createElement(Lines, { lines: [title, [noticeOf(view, hint)]] });
}

function titleOf({ seen }: View, url: string): string {
  if (!seen) return `smearwatch  ${url}`;
  const { version, uptimeSeconds } = seen.report.status;
  return `smearwatch ${printable(version)}  up ${formatDuration(uptimeSeconds)}  ${url}`;
}

function stateOf({ seen, away }: View): { readonly word: string; readonly tone: Tone } {
  if (away) return { word: 'AWAY', tone: 'alert' };
  if (!seen) return { word: 'ASKING', tone: 'quiet' };
  return seen.report.readiness.ready ? { word: 'READY', tone: 'good' } : { word: 'NOT READY', tone: 'alert' };
}

function noticeOf({ seen, away }: View, hint: string): CellProps {
  if (away) {
    const figures = seen ? `, figures of ${clockTime(seen.at)}` : '';
    return { text: printable(`Since ${clockTime(away.since)}${figures}: ${away.reason}`), tone: 'warning' };
  }
  const reasons = seen?.report.readiness.reasons ?? [];
  return reasons.length > 0
    ? { text: printable(reasons.join('; ')), tone: 'warning' }
    : { text: hint, tone: 'quiet' };
}
