import type { ResultRecord } from '../../record.js';
import type { DaemonReport } from '../status/ask-daemon.js';
import type { ScrapedFigures } from './figures.js';
import type { Span } from './history.js';

/** Everything that one frame shows. */
export interface View {
  /** Undefined: the daemon has not answered yet. */
  readonly seen: Seen | undefined;
  /** The last time it was asked, it did not answer. */
  readonly away: Away | undefined;
  readonly at: Date;
  readonly throughput: LiveThroughput;
}

/** The last answer. */
export interface Seen {
  readonly at: Date;
  readonly report: DaemonReport;
  readonly figures: ScrapedFigures;
  readonly span: Span;
  readonly recent: Recent;
}

/** The last results, newest first, or why they are not to be had. */
export type Recent = { readonly records: readonly ResultRecord[] } | { readonly missing: string };

export interface Away {
  readonly since: Date;
  readonly reason: string;
}

export interface LiveThroughput {
  /** Images per second between the last two polls. */
  readonly now: number | undefined;
  /** For the newest `columns` columns of a sparkline, oldest first. */
  readonly rates: (columns: number) => readonly (number | undefined)[];
  readonly columnMs: number;
}
