import { CELL_CLASSES } from '../images.js';
import { alexnet } from '../model/networks/alexnet.js';
import { countMultiplyAdds } from '../model/networks/network.js';
import type { BenchReport, Finding, RowOf, Spread } from './report/schema.js';
import { combine, daemonRate, ratioOf } from './statistics.js';
import { isMet, targetOf } from './targets.js';

/** The measured parts of a report, and the settings that show which of them belong together. */
export type Measurements = Omit<
  BenchReport,
  'benchVersion' | 'startedAt' | 'seconds' | 'software' | 'findings' | 'notMeasured'
>;

type Draft = Pick<Finding, 'id' | 'title' | 'value' | 'unit'>;

/**
 * The findings that were asked for, computed from the measurements; those that were not measured are left
 * out. Ratios are computed round by round.
 */
export function findingsOf(measured: Measurements): Finding[] {
  const drafts = [
    ...ofDaemons(measured),
    ...ofPeers(measured),
    ...ofEngines(measured),
    ...ofDecoders(measured),
    ...ofLatency(measured),
    ...ofMemory(measured),
    ...ofBacklog(measured),
  ];
  return drafts.map((draft) => {
    const target = targetOf(draft.id);
    return target === undefined ? draft : { ...draft, target, met: isMet(target, draft.value.median) };
  });
}

function ofDaemons({ daemon, computer }: Measurements): Draft[] {
  return daemon
    .filter(({ of }) => of.cores === computer.cores)
    .flatMap(({ of, figures }) => {
      const { idealPerSecond, hashPerSecond, otherCpuMsPerImage } = figures;
      const name = `${of.format}/${of.models}/${of.precision}`;
      const words = `${of.format}, ${of.models === 'both' ? 'both networks' : 'AlexNet'}, ${of.precision}`;
      return [
        ...draft(
          `daemon-of-ideal/${name}`,
          `Daemon / ideal of its parts: ${words}`,
          'ratio',
          over(daemonRate(figures), idealPerSecond),
        ),
        ...draft(
          `daemon-of-ideal-with-sha256/${name}`,
          `Daemon / ideal with SHA-256: ${words}`,
          'ratio',
          over(daemonRate(figures), withHashing(idealPerSecond, hashPerSecond)),
        ),
        ...draft(
          `other-cpu/${name}`,
          `CPU in addition to decoding, SHA-256 and inference: ${words}`,
          'milliseconds',
          otherCpuMsPerImage,
        ),
      ];
    });
}

/** Images a second of a program that also hashes every byte of a file, which recording an image requires. */
function withHashing(ideal: Spread | undefined, hashing: Spread | undefined): Spread | undefined {
  if (!ideal || !hashing) return undefined;
  return combine([ideal, hashing], ([without = NaN, hashed = NaN]) => 1 / (1 / without + 1 / hashed));
}

function ofPeers({ peer }: Measurements): Draft[] {
  return peer.flatMap(({ of: { format, precision }, figures }) =>
    draft(
      `daemon-of-peer/${format}/${precision}`,
      `Daemon / other program: ${format}, AlexNet, ${precision}`,
      'ratio',
      over(figures.smearwatchPerSecond, figures.imagesPerSecond),
    ),
  );
}

function ofEngines({ networks, matrixProduct, settings, computer }: Measurements): Draft[] {
  const at = (of: Partial<RowOf<'networks'>['of']>): Spread[] =>
    networks
      .filter((row) => matches(row.of, { threads: computer.cores, batch: settings.batch, ...of }))
      .flatMap(({ figures }) => figures.imagesPerSecond ?? []);
  const [fp32] = at({ network: 'alexnet', precision: 'fp32', engine: 'onnxruntime' });
  const [int8] = at({ network: 'alexnet', precision: 'int8' });
  const [ungrouped] = at({ network: 'alexnet-ungrouped', engine: 'onnxruntime' });
  const [tfjs] = at({ network: 'alexnet-ungrouped', engine: 'tfjs-node' });
  const peaks = matrixProduct
    .filter(({ of }) => of.threads === computer.cores)
    .flatMap(({ figures }) => figures.gigaflops ?? []);
  const gigaflop = (2 * countMultiplyAdds(alexnet({ classes: CELL_CLASSES.length }))) / 1e9;
  const ofPeak =
    fp32 && peaks.length > 0
      ? combine([fp32, ...peaks], ([rate = NaN, ...rest]) => (rate * gigaflop) / Math.max(...rest))
      : undefined;
  return [
    ...draft('int8-of-fp32', 'AlexNet int8 / fp32', 'ratio', over(int8, fp32)),
    ...draft('onnxruntime-of-peak', 'AlexNet fp32 / peak of a matrix product', 'ratio', ofPeak),
    ...draft(
      'onnxruntime-of-tfjs',
      'AlexNet without groups, ONNX Runtime / tfjs-node',
      'ratio',
      over(ungrouped, tfjs),
    ),
  ];
}

function ofDecoders({ decode, computer }: Measurements): Draft[] {
  const rate = (format: string, decoder: string): Spread | undefined =>
    decode.find(({ of }) => matches(of, { format, decoder, cores: computer.cores }))?.figures.imagesPerSecond;
  return [...new Set(decode.map(({ of }) => of.format))].flatMap((format) =>
    draft(
      `decode-of-sharp/${format}`,
      `Decoding / sharp alone: ${format}`,
      'ratio',
      over(rate(format, 'smearwatch'), rate(format, 'sharp')),
    ),
  );
}

function ofLatency({ latency }: Measurements): Draft[] {
  return latency.flatMap(({ of: { format, precision }, figures }) =>
    draft(
      `latency-p99-of-bare/${format}/${precision}`,
      `Latency at low load, p99 / bare image: ${format}, ${precision}`,
      'ratio',
      over(figures.p99Ms, figures.bareMs),
    ),
  );
}

function ofMemory({ memory, computer }: Measurements): Draft[] {
  return memory
    .filter(({ of }) => of.workers === computer.cores)
    .flatMap(({ of: { precision, workers }, figures }) =>
      draft(
        `memory/${precision}`,
        `Memory of the daemon, ${workers} workers, ${precision}`,
        'bytes',
        figures.peakBytes,
      ),
    );
}

function ofBacklog({ backlog }: Measurements): Draft[] {
  const [few, many] = [...backlog].sort((a, b) => a.of.files - b.of.files);
  if (!few || !many) return [];
  const waiting = `${many.of.files} files waiting`;
  const delays = [many.figures.firstResultSeconds, few.figures.firstResultSeconds].filter(
    (each) => each !== undefined,
  );
  return [
    ...draft(
      'backlog/main-memory',
      `Memory of the daemon without its workers, ${waiting}`,
      'bytes',
      many.figures.mainBytes,
    ),
    ...draft(
      'backlog/first-result-delay',
      `First result later than with ${few.of.files} files: ${waiting}`,
      'seconds',
      delays.length === 2 ? combine(delays, ([late = NaN, early = NaN]) => late - early) : undefined,
    ),
    ...draft(
      'backlog/rescan-cpu',
      `CPU of a rescan of ${many.of.files} known files`,
      'seconds',
      many.figures.rescanCpuSeconds,
    ),
  ];
}

function draft(id: string, title: string, unit: Finding['unit'], value: Spread | undefined): Draft[] {
  return value === undefined ? [] : [{ id, title, value, unit }];
}

function over(a: Spread | undefined, b: Spread | undefined): Spread | undefined {
  return a && b && ratioOf(a, b);
}

function matches(of: object, wanted: Readonly<Record<string, unknown>>): boolean {
  const entries = new Map<string, unknown>(Object.entries(of));
  return Object.entries(wanted).every(([key, value]) => entries.get(key) === value);
}
