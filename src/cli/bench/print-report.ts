import { networkName, setName } from '../../bench/report/names.js';
import type { BenchReport, Finding, Spread } from '../../bench/report/schema.js';
import { formatDuration } from '../../text/duration.js';
import { formatBytes, printable, printLine, printTable, type Terminal } from '../output.js';

/** Every table of a report that has rows, then the figures that have targets. */
export function printReport(terminal: Terminal, report: BenchReport): void {
  const { computer, settings, seconds, notMeasured } = report;
  const { processor, cores, memoryBytes } = computer;
  printLine(terminal, `${printable(processor)}, ${cores} cores, ${formatBytes(memoryBytes)}`);
  printLine(
    terminal,
    `${settings.images} files of each format, medians of ${settings.rounds} rounds, ± half the range; ${formatDuration(seconds)}`,
  );
  for (const { title, columns, rows } of tablesOf(report)) {
    if (rows.length === 0) continue;
    printLine(terminal);
    printLine(terminal, title);
    // Words first, numbers after them.
    const words = rows[0]?.findIndex((cell) => /^[\d–]/.test(cell)) ?? 0;
    const aligned = columns.map(
      (name, at) => ({ title: name, align: at < words ? 'left' : 'right' }) as const,
    );
    printTable(terminal, aligned, rows);
  }
  for (const { what, why } of notMeasured) printLine(terminal, `not measured: ${what}: ${why}`);
}

interface PrintedTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tablesOf(report: BenchReport): PrintedTable[] {
  return [
    decodeTable(report),
    networkTable(report),
    machineTable(report),
    daemonTable(report),
    cpuTable(report),
    latencyTable(report),
    memoryTable(report),
    backlogTable(report),
    findingTable(report),
  ];
}

function decodeTable({ decode }: BenchReport): PrintedTable {
  return {
    title: 'Decoding alone, from files',
    columns: ['Format', 'Decoder', 'Cores', 'Images/s', 'CPU ms'],
    rows: decode.map(({ of, figures }) => [
      ...[of.format, of.decoder, String(of.cores)],
      ...[withRange(figures.imagesPerSecond), plain(figures.cpuMsPerImage)],
    ]),
  };
}

/** A line for each network and number of threads, a column for each batch size. */
function networkTable({ networks }: BenchReport): PrintedTable {
  const batches = [...new Set(networks.map(({ of }) => of.batch))].sort((a, b) => a - b);
  const lines = new Map<string, { name: string; threads: number; cells: Map<number, string> }>();
  for (const { of, figures } of networks) {
    const name = networkName(of);
    const line = lines.get(`${name} ${of.threads}`) ?? {
      name,
      threads: of.threads,
      cells: new Map<number, string>(),
    };
    line.cells.set(of.batch, withRange(figures.imagesPerSecond));
    lines.set(`${name} ${of.threads}`, line);
  }
  return {
    title: 'Networks alone, images/s by batch size',
    columns: ['Network', 'Threads', ...batches.map(String)],
    rows: [...lines.values()].map(({ name, threads, cells }) => [
      ...[name, String(threads)],
      ...batches.map((batch) => cells.get(batch) ?? '–'),
    ]),
  };
}

function machineTable({ matrixProduct, bandwidth, hashing, disk }: BenchReport): PrintedTable {
  return {
    title: 'The machine',
    columns: ['What', 'Threads', 'Rate', 'Unit'],
    rows: [
      ...matrixProduct.map(({ of, figures }) => [
        ...[`matrix product, side ${of.side}`, String(of.threads), withRange(figures.gigaflops), 'GFLOP/s'],
      ]),
      ...bandwidth.map(({ of, figures }) => [
        ...['weights read', String(of.threads), withRange(figures.gigabytesPerSecond), 'GB/s'],
      ]),
      ...hashing.map(({ of, figures }) => [
        ...['SHA-256', String(of.threads), withRange(figures.gigabytesPerSecond), 'GB/s'],
      ]),
      ...disk.map(({ of, figures }) => [
        ...['durable files', String(of.writers), withRange(figures.filesPerSecond), 'files/s'],
      ]),
    ],
  };
}

function daemonTable({ daemon, peer }: BenchReport): PrintedTable {
  return {
    title: 'The whole daemon, from files to durable results',
    columns: [
      'Format',
      'Networks',
      'Cores',
      'Images/s',
      'Steady',
      'Ideal',
      'Decode',
      'Inference',
      'Peer',
      'First result s',
      'Memory',
    ],
    rows: daemon.map(({ of, figures }) => {
      const beside = peer.find(
        (each) =>
          of.models === 'alexnet' && each.of.format === of.format && each.of.precision === of.precision,
      );
      return [
        ...[of.format, `${setName(of.models)} ${of.precision}`, String(of.cores)],
        ...[figures.imagesPerSecond, figures.steadyPerSecond, figures.idealPerSecond].map(withRange),
        ...[figures.decodePerSecond, figures.inferencePerSecond].map(plain),
        ...[
          withRange(beside?.figures.imagesPerSecond),
          plain(figures.firstResultSeconds),
          bytes(figures.peakBytes),
        ],
      ];
    }),
  };
}

function cpuTable({ daemon }: BenchReport): PrintedTable {
  return {
    title: 'CPU of the whole daemon, milliseconds an image',
    columns: ['Format', 'Networks', 'Cores', 'All', 'Decode', 'SHA-256', 'Inference', 'Other', 'Main thread'],
    rows: daemon.map(({ of, figures }) => [
      ...[of.format, `${setName(of.models)} ${of.precision}`, String(of.cores)],
      plain(figures.cpuMsPerImage),
      plain(figures.decodeCpuMsPerImage),
      plain(figures.hashCpuMsPerImage),
      plain(figures.inferenceCpuMsPerImage),
      plain(figures.otherCpuMsPerImage),
      plain(figures.mainCpuMsPerImage),
    ]),
  };
}

function latencyTable({ latency }: BenchReport): PrintedTable {
  return {
    title: 'One image at a time, milliseconds from settled to recorded',
    columns: ['Format', 'Networks', 'Median', 'p99', 'Worst', 'Bare image'],
    rows: latency.map(({ of, figures }) => [
      ...[of.format, `${setName(of.models)} ${of.precision}`],
      ...[figures.medianMs, figures.p99Ms, figures.worstMs, figures.bareMs].map(withRange),
    ]),
  };
}

function memoryTable({ memory }: BenchReport): PrintedTable {
  return {
    title: 'Memory of the whole daemon, at most',
    columns: ['Networks', 'Workers', 'Resident'],
    rows: memory.map(({ of, figures }) => [
      ...[`${setName(of.models)} ${of.precision}`, String(of.workers), bytes(figures.peakBytes)],
    ]),
  };
}

function backlogTable({ backlog }: BenchReport): PrintedTable {
  return {
    title: 'Files that wait when the daemon starts (LeNet-5, one worker)',
    columns: [
      'Files',
      'First result s',
      'All queued s',
      'Images/s',
      'Resident',
      'Without worker',
      'Rescan CPU s',
    ],
    rows: backlog.map(({ of, figures }) => [
      ...[String(of.files), plain(figures.firstResultSeconds), plain(figures.allQueuedSeconds)],
      ...[plain(figures.imagesPerSecond), bytes(figures.peakBytes), bytes(figures.mainBytes)],
      plain(figures.rescanCpuSeconds),
    ]),
  };
}

function findingTable({ findings }: BenchReport): PrintedTable {
  return {
    title: 'What it comes to',
    columns: ['Figure', 'Value', 'Range', 'Target', ''],
    rows: findings.map(({ title, value, unit, target, met }) => {
      const show = SHOWN[unit];
      const limit = target === undefined ? '' : `${target.kind === 'min' ? '≥' : '≤'} ${show(target.limit)}`;
      const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
      return [title, show(value.median), `${show(value.low)}–${show(value.high)}`, limit, verdict];
    }),
  };
}

const SHOWN: Readonly<Record<Finding['unit'], (value: number) => string>> = {
  ratio: (value) => value.toFixed(3),
  milliseconds: (value) => `${value.toFixed(2)} ms`,
  bytes: (value) => `${(value / 1e6).toFixed(0)} MB`,
  seconds: (value) => `${value.toFixed(2)} s`,
};

/** Formats a figure with its spread: `41.2 ±2 %`. */
function withRange(value: Spread | undefined): string {
  if (value === undefined) return '–';
  const half = (100 * (value.high - value.low)) / 2 / value.median;
  return value.rounds.length < 2 ? plain(value) : `${plain(value)} ±${half.toFixed(0)} %`;
}

function plain(value: Spread | undefined): string {
  if (value === undefined) return '–';
  const { median } = value;
  if (Math.abs(median) >= 1000) return median.toFixed(0);
  return median.toFixed(Math.abs(median) >= 10 ? 1 : 2);
}

function bytes(value: Spread | undefined): string {
  return value === undefined ? '–' : `${(value.median / 1e6).toFixed(0)} MB`;
}
