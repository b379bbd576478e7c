import { createElement, type ReactElement } from 'react';
import { printable } from '../../output.js';
import type { ResultRecord } from '../../../record.js';
import type { Recent } from '../view.js';
import { Lines, type CellProps } from './cells.js';
import { clockTime } from './words.js';

/** The newest results, as many as `lines` has room for below the titles. */
export function Results({
  recent,
  lines,
}: {
  readonly recent: Recent;
  readonly lines: number;
}): ReactElement {
  const titles = cells(['RESULT', 'CLASS', 'CONF', 'REVIEW', 'PATH'], 'title');
  const rows = 'missing' in recent ? [[{ text: printable(recent.missing) }]] : recent.records.map(row);
  return createElement(Lines, { lines: [titles, ...rows].slice(0, Math.max(0, lines)) });
}

function row({ recordedAt, decision, image }: ResultRecord): CellProps[] {
  const review = decision.reviewReasons.join(', ');
  return cells([
    clockTime(new Date(recordedAt)),
    printable(decision.class),
    decision.confidence.toFixed(3),
    review,
    printable(`${image.scanner}/${image.path}`),
  ]);
}

function cells(
  [time, name, confidence, review, path]: readonly [string, string, string, string, string],
  tone?: 'title',
): CellProps[] {
  const plain = tone ?? 'plain';
  return [
    { text: time, width: 10, tone: plain },
    { text: name, width: 18, tone: plain },
    { text: confidence, width: 7, tone: plain },
    { text: review, width: 17, tone: tone ?? 'warning' },
    { text: ' ', width: 1 },
    { text: path, tone: plain, keep: 'end' },
  ];
}
