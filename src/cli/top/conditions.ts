import { formatBytes, printable } from '../output.js';
import type { DaemonReport } from '../status/ask-daemon.js';
import type { StatusAnswer } from '../status/daemon-answers.js';
import { describeOldest } from '../status/describe.js';
import type { ScrapedFigures } from './figures.js';

/**
 * How a condition stands, by the word that is shown; WARN and ALERT are the alert rules' warning and
 * critical.
 */
export type Level = 'ok' | 'WARN' | 'ALERT';

export interface Condition {
  readonly level: Level;
  readonly name: string;
  /** What is wrong, or how it stands. */
  readonly detail: string;
}

/**
 * The limits of the alert rules (grafana/source/thresholds.ts), without their waiting time: a person is
 * watching this screen.
 */
export const RULES = {
  oldestMs: 3_600_000,
  /**
   * Free space on a disk: this number of bytes, or `diskFactor` times `disk.minFreeBytes` if that is more.
   */
  diskFreeBytes: 1_073_741_824,
  diskFactor: 4,
} as const;

/** How /readyz begins to say that a sink fails or hangs (see Deliverer.problem). */
const SINK = 'sink ';

/**
 * What the alert rules look at, besides whether the daemon is ready; in the order in which a person would.
 */
export function conditionsOf({ readiness, status }: DaemonReport, figures: ScrapedFigures): Condition[] {
  const sink = readiness.reasons.find((reason) => reason.startsWith(SINK));
  return [
    workers(status),
    figure('oldest', status.work.oldestMs > RULES.oldestMs && 'WARN', describeOldest(status)),
    condition('sinks', sink !== undefined && 'WARN', printable(sink?.slice(SINK.length) ?? '')),
    disk(figures),
    flow(figures, status),
    condition('audit', !figures.isAuditWritable && 'WARN', 'cannot be written'),
    condition('settings', !figures.isConfigurationInForce && 'WARN', 'a change was refused'),
  ];
}

function workers({ workers: { configured, alive, stuck } }: StatusAnswer): Condition {
  const missing = Math.max(0, configured - alive);
  const wrongs = [
    ...(missing > 0 ? [`${missing} of ${configured} missing`] : []),
    ...(stuck > 0 ? [`${stuck} stuck`] : []),
  ];
  return condition('workers', wrongs.length > 0 && 'WARN', wrongs.join(', '));
}

/** The disk with the least room. */
function disk({ disks, minFreeBytes, pauses }: ScrapedFigures): Condition {
  if (pauses.includes('disk')) return condition('disk', 'ALERT', 'full: intake paused');
  const [fullest] = disks.toSorted((a, b) => a.freeBytes - b.freeBytes);
  if (!fullest) return condition('disk', false, '');
  const limit = Math.max(RULES.diskFreeBytes, RULES.diskFactor * minFreeBytes);
  return figure('disk', fullest.freeBytes < limit && 'ALERT', `${formatBytes(fullest.freeBytes)} free`);
}

function flow({ pauses, isStalled }: ScrapedFigures, { scanners }: StatusAnswer): Condition {
  if (isStalled) return condition('flow', 'ALERT', 'stalled');
  const failing = scanners.filter(({ problem }) => problem !== undefined).map(({ name }) => name);
  if (failing.length > 0) return condition('flow', 'ALERT', printable(`not taken in: ${failing.join(', ')}`));
  return condition('flow', pauses.includes('folder') && 'ALERT', 'a folder is unreachable');
}

/** `level` false: it is well, and there is nothing to say. */
function condition(name: string, level: Level | false, detail: string): Condition {
  return level === false ? { level: 'ok', name, detail: '' } : { level, name, detail };
}

/** Makes a condition that shows its figure even when all is well. */
function figure(name: string, level: Level | false, detail: string): Condition {
  return { level: level === false ? 'ok' : level, name, detail };
}
