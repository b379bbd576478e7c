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

/** A column for each entry: its title, and its cell of a row. */
function tableOf<Row>(
  title: string,
  rows: readonly Row[],
  columns: Readonly<Record<string, (row: Row) => string>>,
): PrintedTable {
  const cells = Object.values(columns);
  return { title, columns: Object.keys(columns), rows: rows.map((row) => cells.map((cell) => cell(row))) };
}

function decodeTable({ decode }: BenchReport): PrintedTable {
  return tableOf('Decoding alone, from files', decode, {
    Format: ({ of }) => of.format,
    Decoder: ({ of }) => of.decoder,
    Cores: ({ of }) => String(of.cores),
    'Images/s': ({ figures }) => withRange(figures.imagesPerSecond),
    'CPU ms': ({ figures }) => plain(figures.cpuMsPerImage),
  });
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
      name,
      String(threads),
      ...batches.map((batch) => cells.get(batch) ?? '–'),
    ]),
  };
}

function machineTable({ matrixProduct, bandwidth, hashing, disk }: BenchReport): PrintedTable {
  return {
    title: 'The machine',
    columns: ['What', 'Threads', 'Rate', 'Unit'],
    rows: [
      ...matrixProduct.map(({ of, figures }) =>
        speed(`matrix product, side ${of.side}`, of.threads, figures.gigaflops, 'GFLOP/s'),
      ),
      ...bandwidth.map(({ of, figures }) =>
        speed('weights read', of.threads, figures.gigabytesPerSecond, 'GB/s'),
      ),
      ...hashing.map(({ of, figures }) => speed('SHA-256', of.threads, figures.gigabytesPerSecond, 'GB/s')),
      ...disk.map(({ of, figures }) => speed('durable files', of.writers, figures.filesPerSecond, 'files/s')),
    ],
  };
}

function speed(what: string, threads: number, rate: Spread | undefined, unit: string): string[] {
  return [what, String(threads), withRange(rate), unit];
}

function daemonTable({ daemon, peer }: BenchReport): PrintedTable {
  const peerOf = ({ of }: (typeof daemon)[number]): Spread | undefined =>
    peer.find(
      (each) => of.models === 'alexnet' && each.of.format === of.format && each.of.precision === of.precision,
    )?.figures.imagesPerSecond;
  return tableOf('The whole daemon, from files to durable results', daemon, {
    Format: ({ of }) => of.format,
    Networks: networks,
    Cores: ({ of }) => String(of.cores),
    'Images/s': ({ figures }) => withRange(figures.imagesPerSecond),
    Steady: ({ figures }) => withRange(figures.steadyPerSecond),
    Ideal: ({ figures }) => withRange(figures.idealPerSecond),
    Decode: ({ figures }) => plain(figures.decodePerSecond),
    Inference: ({ figures }) => plain(figures.inferencePerSecond),
    Peer: (row) => withRange(peerOf(row)),
    'First result s': ({ figures }) => plain(figures.firstResultSeconds),
    Memory: ({ figures }) => bytes(figures.peakBytes),
  });
}

function cpuTable({ daemon }: BenchReport): PrintedTable {
  return tableOf('CPU of the whole daemon, milliseconds an image', daemon, {
    Format: ({ of }) => of.format,
    Networks: networks,
    Cores: ({ of }) => String(of.cores),
    All: ({ figures }) => plain(figures.cpuMsPerImage),
    Decode: ({ figures }) => plain(figures.decodeCpuMsPerImage),
    'SHA-256': ({ figures }) => plain(figures.hashCpuMsPerImage),
    Inference: ({ figures }) => plain(figures.inferenceCpuMsPerImage),
    Other: ({ figures }) => plain(figures.otherCpuMsPerImage),
    'Main thread': ({ figures }) => plain(figures.mainCpuMsPerImage),
  });
}

function latencyTable({ latency }: BenchReport): PrintedTable {
  return tableOf('One image at a time, milliseconds from settled to recorded', latency, {
    Format: ({ of }) => of.format,
    Networks: networks,
    Median: ({ figures }) => withRange(figures.medianMs),
    p99: ({ figures }) => withRange(figures.p99Ms),
    Worst: ({ figures }) => withRange(figures.worstMs),
    'Bare image': ({ figures }) => withRange(figures.bareMs),
  });
}

function memoryTable({ memory }: BenchReport): PrintedTable {
  return tableOf('Memory of the whole daemon, at most', memory, {
    Networks: networks,
    Workers: ({ of }) => String(of.workers),
    Resident: ({ figures }) => bytes(figures.peakBytes),
  });
}

function backlogTable({ backlog }: BenchReport): PrintedTable {
  return tableOf('Files that wait when the daemon starts (LeNet-5, one worker)', backlog, {
    Files: ({ of }) => String(of.files),
    'First result s': ({ figures }) => plain(figures.firstResultSeconds),
    'All queued s': ({ figures }) => plain(figures.allQueuedSeconds),
    'Images/s': ({ figures }) => plain(figures.imagesPerSecond),
    Resident: ({ figures }) => bytes(figures.peakBytes),
    'Without worker': ({ figures }) => bytes(figures.mainBytes),
    'Rescan CPU s': ({ figures }) => plain(figures.rescanCpuSeconds),
  });
}

function networks({ of }: { of: Pick<BenchReport['memory'][number]['of'], 'models' | 'precision'> }): string {
  return `${setName(of.models)} ${of.precision}`;
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
