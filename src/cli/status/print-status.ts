import { formatDuration, threePlaces } from '../../text/duration.js';
import { printable, printLine, type Terminal } from '../output.js';
import type { DaemonReport } from './ask-daemon.js';
import {
  describeDecoding,
  describeModel,
  describeScanner,
  describeOldest,
  describeSinks,
  describeWork,
  describeWorkers,
} from './describe.js';

/** A line on whether it is ready, the reasons why not, then what it does. */
export function printStatus(terminal: Terminal, { url, readiness, status }: DaemonReport): void {
  const { version, uptimeSeconds, imagesPerSecond, models, scanners } = status;
  const state = readiness.ready ? 'Ready' : 'Not ready';
  printLine(terminal, `${state}: smearwatch ${version} at ${url}, up ${formatDuration(uptimeSeconds)}`);
  for (const reason of readiness.reasons) printLine(terminal, `  ${printable(reason)}`);
  const lines: readonly (readonly [string, string])[] = [
    ['Throughput', `${threePlaces(imagesPerSecond)} images/s over the last minute`],
    ['Work', describeWork(status)],
    ['Oldest', describeOldest(status)],
    ['Workers', describeWorkers(status)],
    ['Models', models.map(describeModel).join(', ') || 'none yet'],
    ['Decoded', describeDecoding(status)],
    ['Sinks', describeSinks(status)],
    ...scanners.map((scanner) => [`Scanner ${printable(scanner.name)}`, describeScanner(scanner)] as const),
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  for (const [title, text] of lines) printLine(terminal, `${title.padEnd(width)}  ${text}`);
}
