import { NETWORKS, PRECISIONS, type Format, type NetworkName, type Precision } from '../parts.js';
import type { BenchReport, RowOf } from '../report/schema.js';
import { daemonRate } from '../statistics.js';
import type { MemoryNeed } from './model.js';
import type { ScalingParts } from './parts.js';

/** The medians of a report that the model needs. */
export function partsOf(report: BenchReport): ScalingParts {
  const { computer, startedAt, settings, bandwidth, disk, daemon } = report;
  const whole = daemon.filter(({ of }) => of.cores === computer.cores && of.models === 'both');
  const perFormat = (figure: (row: RowOf<'daemon'>) => number | undefined): Partial<Record<Format, number>> =>
    Object.fromEntries(
      settings.formats.flatMap((format) => {
        const values = whole.filter(({ of }) => of.format === format).flatMap((row) => figure(row) ?? []);
        return values.length === 0 ? [] : [[format, mean(values)]];
      }),
    );
  return {
    computer,
    measuredAt: startedAt,
    batch: settings.batch,
    decodeMs: decodeCosts(report),
    inferenceMs: inferenceCosts(report),
    mainMs: perFormat(({ figures }) => figures.mainCpuMsPerImage?.median),
    commitMs: perFormat(({ figures }) => figures.commitMsPerImage?.median),
    otherMs: perFormat(otherInWorkers),
    ...optional(
      'coreBandwidth',
      scaled(bandwidth.find(({ of }) => of.threads === 1)?.figures.gigabytesPerSecond?.median, 1e9),
    ),
    ...optional(
      'filesSyncedPerSecond',
      largest(disk.flatMap(({ figures }) => figures.filesPerSecond?.median ?? [])),
    ),
    memory: Object.fromEntries(
      PRECISIONS.flatMap((precision) => {
        const need = memoryNeed(report, precision);
        return need === undefined ? [] : [[precision, need]];
      }),
    ),
    measured: daemon.flatMap(({ of, figures }) => {
      const imagesPerSecond = daemonRate(figures)?.median;
      return imagesPerSecond === undefined ? [] : [{ ...of, imagesPerSecond }];
    }),
  };
}

/** Decoding costs on one core, without competition; on all cores if one alone was not measured. */
function decodeCosts({ decode, settings }: BenchReport): ScalingParts['decodeMs'] {
  return Object.fromEntries(
    settings.formats.flatMap((format) => {
      const rows = decode.filter(({ of }) => of.format === format && of.decoder === 'smearwatch');
      const cost = fewest(rows, ({ of }) => of.cores)?.figures.cpuMsPerImage?.median;
      return cost === undefined ? [] : [[format, cost]];
    }),
  );
}

function inferenceCosts({ networks, settings }: BenchReport): ScalingParts['inferenceMs'] {
  const costs = (network: NetworkName): [string, number][] =>
    PRECISIONS.flatMap((precision) => {
      const rows = networks.filter(
        ({ of }) =>
          of.network === network &&
          of.precision === precision &&
          of.engine === 'onnxruntime' &&
          of.batch === settings.batch,
      );
      const cost = fewest(rows, ({ of }) => of.threads)?.figures.cpuMsPerImage?.median;
      return cost === undefined ? [] : [[precision, cost] as [string, number]];
    });
  return Object.fromEntries(NETWORKS.map((network) => [network, Object.fromEntries(costs(network))]));
}

function otherInWorkers({ figures }: RowOf<'daemon'>): number | undefined {
  const { cpuMsPerImage, mainCpuMsPerImage, decodeCpuMsPerImage, inferenceCpuMsPerImage } = figures;
  if (!cpuMsPerImage || !mainCpuMsPerImage || !decodeCpuMsPerImage || !inferenceCpuMsPerImage)
    return undefined;
  const known = mainCpuMsPerImage.median + decodeCpuMsPerImage.median + inferenceCpuMsPerImage.median;
  // Less than zero only because of noise.
  return Math.max(0, cpuMsPerImage.median - known);
}

/** A line through the smallest and the largest number of workers. */
function memoryNeed({ memory }: BenchReport, precision: Precision): MemoryNeed | undefined {
  const rows = memory.filter(({ of }) => of.precision === precision);
  const [one, all] = [fewest(rows, ({ of }) => of.workers), fewest(rows, ({ of }) => -of.workers)];
  const [low, high] = [one?.figures.peakBytes?.median, all?.figures.peakBytes?.median];
  if (!one || !all || low === undefined || high === undefined || one === all) return undefined;
  const perWorkerBytes = (high - low) / (all.of.workers - one.of.workers);
  const baseBytes = low - perWorkerBytes * one.of.workers;
  return perWorkerBytes > 0 && baseBytes > 0 ? { baseBytes, perWorkerBytes } : undefined;
}

function fewest<T>(rows: readonly T[], count: (row: T) => number): T | undefined {
  return [...rows].sort((a, b) => count(a) - count(b))[0];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}

function optional<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, number>);
}
