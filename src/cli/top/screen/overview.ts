import { createElement, type ReactElement } from 'react';
import { threePlaces } from '../../../text/duration.js';
import { describeDecoding, describeSinks, describeWork, describeWorkers } from '../../status/describe.js';
import type { Seen, LiveThroughput } from '../view.js';
import { Lines, type CellProps } from './cells.js';
import { sparkline } from './words.js';

const TITLE_WIDTH = 12;
const RATE_WIDTH = 26;

export interface OverviewProps {
  readonly seen: Seen;
  readonly throughput: LiveThroughput;
  readonly columns: number;
}

/** How fast, how much, by whom, and what is owed to the sinks: the figures of /status. */
export function Overview({ seen, throughput, columns }: OverviewProps): ReactElement {
  const { status } = seen.report;
  const title = (text: string): CellProps => ({ text, width: TITLE_WIDTH, tone: 'title' });
  const lines: (readonly CellProps[])[] = [
    [title('Throughput'), ...throughputCells(status.imagesPerSecond, throughput, columns)],
    [title('Work'), { text: describeWork(status) }],
    [title('Workers'), { text: describeWorkers(status) }],
    [title('Decoded'), { text: describeDecoding(status) }],
    [title('Sinks'), { text: describeSinks(status) }],
  ];
  return createElement(Lines, { lines });
}

/** Over the last minute, then between the last two polls, then what it has been like. */
function throughputCells(lastMinute: number, throughput: LiveThroughput, columns: number): CellProps[] {
  const now = throughput.now === undefined ? '' : `, now ${threePlaces(throughput.now)}`;
  const bars = Math.max(0, columns - TITLE_WIDTH - RATE_WIDTH - ' 99 min'.length);
  const minutes = Math.round((bars * throughput.columnMs) / 60_000);
  const rates = throughput.rates(bars);
  const isKnown = rates.some((rate) => rate !== undefined);
  return [
    { text: `${threePlaces(lastMinute)} images/s${now}`, width: RATE_WIDTH },
    { text: sparkline(rates), width: bars, tone: 'good' },
    { text: isKnown ? ` ${minutes} min` : '', tone: 'quiet' },
  ];
}
